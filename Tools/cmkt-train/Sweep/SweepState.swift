import CMKTEngine
import Foundation
import Synchronization
import ToolSupport

/// What the jobs of one worker on a sweep share.
final class SweepState: Sendable {
  /// How a cell stands, as far as this worker knows.
  enum Standing: Sendable, Equatable {
    case open
    /// Another worker has it.
    case busy
    case running
    case done
    case failed
  }

  /// What a job is to do next.
  enum Step: Sendable {
    case cell(SweepCell)
    case wait(seconds: Double)
  }

  private struct Content {
    var standings: [Standing]
    var next = 0
    var foundCount = 0
    var waitSeconds = 0.05
    var error: (any Error)?
    var warnings: Set<String> = []
    var delays: [String: [String: Double]] = [:]
  }
  private let cells: [SweepCell]
  /// By number of the cell.
  private let indices: [Int: Int]
  private let content: Mutex<Content>

  init(_ cells: [SweepCell]) {
    self.cells = cells
    indices = Dictionary(uniqueKeysWithValues: zip(cells.map(\.number), cells.indices))
    content = Mutex(Content(standings: Array(repeating: .open, count: cells.count)))
  }

  /// Nil where nothing is left to do for one more job.
  func next() -> Step? {
    content.withLock { content in
      guard content.error == nil, !cells.isEmpty else { return nil }
      for offset in 0..<cells.count {
        let index = (content.next + offset) % cells.count
        guard content.standings[index] == .open else { continue }
        content.standings[index] = .running
        content.next = index + 1
        return .cell(cells[index])
      }
      guard content.standings.contains(.busy) else { return nil }
      // Longer and longer, so that a slow disk is not asked without end.
      content.waitSeconds = min(2 * content.waitSeconds, 5)
      return .wait(seconds: content.waitSeconds)
    }
  }

  /// Lets the cells of others be tried again.
  func reopen() {
    content.withLock { content in
      for index in content.standings.indices where content.standings[index] == .busy {
        content.standings[index] = .open
      }
    }
  }

  func finish(_ cell: SweepCell, _ standing: Standing, wasFound: Bool) {
    content.withLock { content in
      guard let index = indices[cell.number] else { return }
      content.standings[index] = standing
      if wasFound { content.foundCount += 1 }
      if standing != .busy { content.waitSeconds = 0.05 }
    }
  }

  /// Ends the work; the first failure is the one that is told.
  func stop(_ error: sending any Error) {
    content.withLock { content in
      if content.error == nil { content.error = error }
    }
  }

  /// Whether `warning` was not given yet.
  func isNew(_ warning: String) -> Bool {
    content.withLock { $0.warnings.insert(warning).inserted }
  }

  /// The delays that a search of this process has found for the cell at `address`.
  func delaySeconds(of address: String) -> [String: Double]? {
    content.withLock { $0.delays[address] }
  }

  func keep(_ delaySeconds: [String: Double], of address: String) {
    content.withLock { $0.delays[address] = delaySeconds }
  }

  func count(_ standing: Standing) -> Int {
    content.withLock { $0.standings.count { $0 == standing } }
  }

  /// Of the cells that are done or have failed.
  var settledAddresses: Set<String> {
    content.withLock { content in
      Set(
        zip(cells, content.standings).filter { $1 == .done || $1 == .failed }.map(\.0.address))
    }
  }

  /// Of the cells that are done, those that were before.
  var foundCount: Int { content.withLock { $0.foundCount } }

  /// - Throws: what stopped the work.
  func check() throws {
    try content.withLock { content in
      if let error = content.error { throw error }
    }
  }
}
