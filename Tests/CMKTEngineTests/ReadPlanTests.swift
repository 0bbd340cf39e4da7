import CMKTEngine
import CMKTFormat
import Foundation
import Synchronization
import Testing

/// What is read ahead, and what makes room for it.
@Suite struct ReadPlanTests {
  @Test func theNextUseIsThatFromTheStepAtWork() {
    var plan = ReadPlan([[1, 2, 1], [3], [2, 3], []])
    #expect([1, 2, 3, 4].map { plan.nextUse(of: $0) } == [0, 0, 1, ReadPlan.never])
    plan.advance(to: 1)
    #expect([1, 2, 3].map { plan.nextUse(of: $0) } == [ReadPlan.never, 2, 1])
    plan.advance(to: 3)
    #expect([1, 2, 3].map { plan.nextUse(of: $0) } == [Int](repeating: ReadPlan.never, count: 3))
    plan.advance(to: 1)
    #expect(plan.step == 3)
    plan.advance(to: 9)
    #expect(plan.step == 4)
  }

  @Test func theFirstMissingIsOfTheSoonestStep() {
    var plan = ReadPlan([[5], [6, 7], [5, 8]])
    #expect(plan.firstMissing(from: [5: 0, 7: 0]) == 6)
    #expect(plan.firstMissing(from: [5: 0, 6: 0, 7: 0]) == 8)
    plan.advance(to: 2)
    #expect(plan.firstMissing(from: [8: 0]) == 5)
    #expect(plan.firstMissing(from: [5: 0, 8: 0]) == nil)
  }

  @Test func whatIsNeededLastMakesRoom() {
    let plan = ReadPlan([[1], [2], [3], [1]])
    #expect(plan.dispensable(of: [1, 2, 3], for: 4) == nil)
    #expect(plan.dispensable(of: [1, 2, 3], for: 2) == 3)
    #expect(plan.dispensable(of: [3, 9], for: 3) == 9)
    #expect(plan.dispensable(of: [1, 2], for: 3) == nil)
  }

  /// Where steps come faster than rows, no block that is still needed is given up for a later one.
  @Test func slowRowsAreReadOnce() throws {
    let rows = SlowRows(rowCount: 120)
    let window = RowWindow(on: rows, byteCount: 6 * SlowRows.blockByteCount) { _, _ in }
    // Twenty pools of six blocks; each step takes two of a pool, and all of them many times.
    let steps = (0..<20).flatMap { pool in
      (0..<30).map { step in
        [step % 6, (step * 5 + 1) % 6].map { block in
          let row = pool * 6 + block
          return row..<row + 1
        }
      }
    }
    window.plan(steps)
    for (index, ranges) in steps.enumerated() {
      window.advance(to: index)
      let pieces = try window.pieces(of: ranges)
      #expect(pieces.map { $0.first } == ranges.map { Float($0.lowerBound) })
    }
    #expect(rows.readCount == 120)
  }
}

/// Rows of one block each, whose number they hold, and that take a while.
private final class SlowRows: RowReading {
  static let blockByteCount = 1 << 18
  let rowCount: Int
  let columnCount = SlowRows.blockByteCount / MemoryLayout<Float>.size
  let storedRowCount = 1
  private let count = Mutex(0)

  init(rowCount: Int) {
    self.rowCount = rowCount
  }

  var readCount: Int { count.withLock { $0 } }

  func block(rows range: Range<Int>) -> ValueBlock {
    count.withLock { $0 += range.count }
    Thread.sleep(forTimeInterval: 0.001)
    return ValueBlock(
      values: range.flatMap { [Float](repeating: Float($0), count: columnCount) },
      validity: .rows(range.map { _ in true }), columnCount: columnCount)
  }

  func validRows(_ range: Range<Int>) -> [Bool] { range.map { _ in true } }
}
