import CMKTFormat
import Codecs
package import Tensors

/// A matrix `[n, D]` of rows that networks read or learn from: in memory, or not.
package struct InputRows: Sendable {
  private enum Storage: Sendable {
    case memory(Tensor<Float>)
    case window(RowWindow)
    /// Latents that are too many for memory.
    case scratch(ScratchArray<Float>)
  }

  /// The number of columns, `D`.
  package let columnCount: Int
  private let storage: Storage
  /// Where the rows of the matrix are to be found in the storage, in a control that exchanges them.
  private var exchange: RowExchange?

  /// Rows in memory, `[n, D]`.
  package init(_ tensor: Tensor<Float>) {
    storage = .memory(tensor)
    columnCount = tensor.shape[1]
  }

  init(_ window: RowWindow) {
    storage = .window(window)
    columnCount = window.columnCount
  }

  init(_ array: ScratchArray<Float>, columnCount: Int) {
    storage = .scratch(array)
    self.columnCount = columnCount
  }

  /// The same rows in the places that `exchange` gives them.
  func exchanged(by exchange: RowExchange) -> InputRows {
    precondition(self.exchange == nil, "rows are exchanged once")
    var result = self
    result.exchange = exchange
    return result
  }

  /// The rows `ranges`, one range after the other, `[k, D]`.
  ///
  /// - Throws: `unreadable` and `scratch`, where they are not in memory.
  package func tensor(rows ranges: [Range<Int>]) throws(EngineFailure) -> Tensor<Float> {
    let count = ranges.reduce(0) { $0 + $1.count }
    var elements: [Float] = []
    elements.reserveCapacity(count * columnCount)
    for piece in try pieces(of: ranges) { elements += piece }
    return Tensor(shape: [count, columnCount], elements: elements)
  }

  /// The same as a constant on `tape`.
  ///
  /// - Throws: as `tensor(rows:)`.
  func constant(
    rows ranges: [Range<Int>], on tape: Tape<Float>
  ) throws(EngineFailure) -> Variable<Float> {
    tape.constant(
      rows: ranges.reduce(0) { $0 + $1.count }, columns: columnCount, of: try pieces(of: ranges))
  }

  /// The rows `ranges` in pieces of one or more rows, in order.
  private func pieces(of ranges: [Range<Int>]) throws(EngineFailure) -> [ArraySlice<Float>] {
    let ranges = exchange?.sources(of: ranges) ?? ranges
    switch storage {
    case .memory(let tensor):
      return ranges.map { tensor.rows($0) }
    case .window(let window):
      return try window.pieces(of: ranges)
    case .scratch(let array):
      do throws(ScratchFailure) {
        return try ranges.map { (range) throws(ScratchFailure) in
          try array.elements(
            in: (range.lowerBound * columnCount)..<(range.upperBound * columnCount))[...]
        }
      } catch {
        throw .scratch(error)
      }
    }
  }

  // MARK: Reading ahead

  /// Whether it is worth telling what will be read.
  var isReadAhead: Bool {
    if case .window = storage { true } else { false }
  }

  /// Tells what the steps to come read, in their order.
  func plan(_ steps: [[Range<Int>]]) {
    guard case .window(let window) = storage else { return }
    window.plan(steps.map { exchange?.sources(of: $0) ?? $0 })
  }

  /// Tells that step `step` of the plan is at work.
  func advance(to step: Int) {
    guard case .window(let window) = storage else { return }
    window.advance(to: step)
  }
}

/// What a stage of training reads, batch by batch.
struct RowSource {
  let rows: InputRows
  let axis: RowAxis
}

extension [RowSource] {
  /// Tells those that read ahead what `batches` need.
  func plan(_ batches: [Batch]) {
    for source in self where source.rows.isReadAhead {
      source.rows.plan(batches.map { $0.rows(of: source.axis).ranges })
    }
  }

  /// Tells that batch `index` is at work.
  func advance(to index: Int) {
    for source in self { source.rows.advance(to: index) }
  }
}
