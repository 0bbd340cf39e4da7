package import CMKTFormat
import Dispatch
import Synchronization

/// A window on rows that are outside memory: blocks of them, made ready for the networks.
///
/// What is to be read is known ahead, step by step (`plan`). A thread of its own reads the blocks of
/// the steps to come as long as there is room; a block that is needed later than another, or not at
/// all, makes room for it. What a step needs and is not there is read at once. So the size of the
/// window decides how fast rows come, and never which.
package final class RowWindow: Sendable {
  private struct State {
    var blocks: [Int: [Float]] = [:]
    /// What blocks that have gone were kept in.
    var spare: [[Float]] = []
    var plan = ReadPlan([])
    var isReading = false
  }

  package let rowCount: Int
  package let columnCount: Int
  private let source: any RowReading
  private let prepare: @Sendable (inout ValueBlock, Range<Int>) -> Void
  private let blockRowCount: Int
  private let blockLimit: Int
  private let state = Mutex(State())
  /// Held while a block is read, so that none is read twice at a time.
  private let turn = Mutex(())
  private let queue = DispatchQueue(label: "cmkt.read-ahead")

  /// A window on `source`.
  ///
  /// - Parameters:
  ///   - byteCount: so much memory may the blocks take; at least two are held.
  ///   - prepare: makes network inputs of a block with the rows of a range.
  package init(
    on source: any RowReading, byteCount: Int,
    prepare: @escaping @Sendable (inout ValueBlock, Range<Int>) -> Void
  ) {
    self.source = source
    self.prepare = prepare
    rowCount = source.rowCount
    columnCount = source.columnCount
    let rowByteCount = max(1, source.columnCount * MemoryLayout<Float>.size)
    // Blocks below a quarter of a megabyte cost more to find than to read.
    let fitting = max(1, (1 << 18) / rowByteCount)
    blockRowCount =
      (fitting + source.storedRowCount - 1) / source.storedRowCount
      * source.storedRowCount
    blockLimit = max(2, byteCount / (blockRowCount * rowByteCount))
  }

  /// The rows `ranges` in pieces of one or more rows, in order.
  ///
  /// - Throws: `unreadable`.
  package func pieces(of ranges: [Range<Int>]) throws(EngineFailure) -> [ArraySlice<Float>] {
    var pieces: [ArraySlice<Float>] = []
    for range in ranges {
      var row = range.lowerBound
      while row < range.upperBound {
        let index = row / blockRowCount
        let first = index * blockRowCount
        let end = min(range.upperBound, first + blockRowCount)
        let block = try block(index)
        pieces.append(block[((row - first) * columnCount)..<((end - first) * columnCount)])
        row = end
      }
    }
    return pieces
  }

  // MARK: Reading ahead

  /// Tells what the steps to come read, in their order, and begins to read it.
  package func plan(_ steps: [[Range<Int>]]) {
    let plan = ReadPlan(
      steps.map { ranges in
        ranges.filter { !$0.isEmpty }.flatMap {
          $0.lowerBound / blockRowCount...($0.upperBound - 1) / blockRowCount
        }
      })
    state.withLock { $0.plan = plan }
    readAhead()
  }

  /// Tells that step `step` is at work, so that what only earlier ones needed may go.
  package func advance(to step: Int) {
    state.withLock { $0.plan.advance(to: step) }
    readAhead()
  }

  private func readAhead() {
    let isIdle = state.withLock { state in
      defer { state.isReading = true }
      return !state.isReading
    }
    guard isIdle else { return }
    queue.async {
      while let index = self.nextAhead() {
        // Whoever needs the block meets the failure again, and reports it.
        guard (try? self.block(index)) != nil else {
          return self.state.withLock { $0.isReading = false }
        }
      }
    }
  }

  /// The next block to read ahead; nil, and an end of reading, where there is no room, or nothing
  /// to read.
  private func nextAhead() -> Int? {
    state.withLock { state in
      if let missing = state.plan.firstMissing(from: state.blocks),
        makeRoom(for: missing, in: &state)
      {
        return missing
      }
      state.isReading = false
      return nil
    }
  }

  /// Whether there is room for `block`, after one that is needed later has gone.
  private func makeRoom(for block: Int, in state: inout State) -> Bool {
    if state.blocks.count < blockLimit { return true }
    guard let index = state.plan.dispensable(of: state.blocks.keys, for: block) else {
      return false
    }
    if let gone = state.blocks.removeValue(forKey: index) { state.spare.append(gone) }
    return true
  }

  // MARK: Blocks

  private func block(_ index: Int) throws(EngineFailure) -> [Float] {
    if let found = state.withLock({ $0.blocks[index] }) { return found }
    return try turn.withLock { (_) throws(EngineFailure) in
      if let found = state.withLock({ $0.blocks[index] }) { return found }
      guard let buffer = takeBuffer(for: index) else { return try read(index, in: []) }
      let block = try read(index, in: buffer)
      state.withLock { state in state.blocks[index] = block }
      return block
    }
  }

  /// An empty array to keep `block` in; nil where there is no room.
  ///
  /// It is that of a block that has gone, if there is one: memory given back and asked for again,
  /// block by block, comes to be full of gaps.
  private func takeBuffer(for block: Int) -> [Float]? {
    let (hasRoom, spare) = state.withLock { state in
      makeRoom(for: block, in: &state) ? (true, state.spare.popLast()) : (false, nil)
    }
    guard hasRoom else { return nil }
    var buffer = spare ?? []
    buffer.removeAll(keepingCapacity: true)
    buffer.reserveCapacity(blockRowCount * columnCount)
    return buffer
  }

  private func read(
    _ index: Int, in buffer: consuming [Float]
  ) throws(EngineFailure) -> [Float] {
    let first = index * blockRowCount
    let rows = first..<min(rowCount, first + blockRowCount)
    do throws(FormatFailure) {
      var block = try source.block(rows: rows, in: buffer)
      prepare(&block, rows)
      return block.values
    } catch {
      throw .unreadable(error)
    }
  }
}
