import CMKTEngine
import Synchronization

/// What the jobs of a comparison share.
final class WorkState: Sendable {
  private struct Content {
    var nextIndex = 0
    var results: [Result<CellScore, any Error>?]
    var foundCount = 0
    var warnings: Set<String> = []
  }
  private let content: Mutex<Content>

  init(count: Int) {
    content = Mutex(Content(results: Array(repeating: nil, count: count)))
  }

  /// The index of a cell to work on; nil where none is left or one has failed.
  func next() -> Int? {
    content.withLock { content in
      let hasFailed = content.results.contains { if case .failure = $0 { true } else { false } }
      guard !hasFailed, content.nextIndex < content.results.count else { return nil }
      defer { content.nextIndex += 1 }
      return content.nextIndex
    }
  }

  func finish(_ index: Int, _ result: sending Result<CellScore, any Error>) {
    content.withLock { $0.results[index] = result }
  }

  func countFound() { content.withLock { $0.foundCount += 1 } }

  /// Whether `warning` was not given yet.
  func isNew(_ warning: String) -> Bool {
    content.withLock { $0.warnings.insert(warning).inserted }
  }

  var foundCount: Int { content.withLock { $0.foundCount } }

  var doneCount: Int { content.withLock { $0.results.count { $0 != nil } } }

  func scores() throws -> [CellScore] {
    try content.withLock { content in try content.results.compactMap { try $0?.get() } }
  }
}
