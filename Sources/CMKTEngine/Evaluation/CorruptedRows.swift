import CMKTFormat
import Tensors

/// The rows of a modality, spoilt as they are read.
///
/// Every sequence has a random stream of its own, drawn from its first row on, so that what is read
/// does not depend on how it is read.
final class CorruptedRows: RowReading {
  private let base: any RowReading
  private let corruption: Corruption
  private let axis: RowAxis
  /// Of each feature, its training standard deviation.
  private let scale: [Float]
  /// By sequence.
  private let streams: [RandomStream]

  init(
    _ base: any RowReading, by corruption: Corruption, axis: RowAxis, ids: [String],
    scale: [Float], seed: UInt64
  ) {
    precondition(scale.count == base.columnCount)
    self.base = base
    self.corruption = corruption
    self.axis = axis
    self.scale = scale
    streams = ids.map {
      RandomStream(seed: seed, purpose: "corrupt/\(corruption.kind.rawValue)/\($0)")
    }
  }

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var storedRowCount: Int { base.storedRowCount }

  func block(rows range: Range<Int>) throws(FormatFailure) -> ValueBlock {
    var block = try base.block(rows: range)
    var row = range.lowerBound
    while row < range.upperBound {
      let sequence = axis.sequence(ofRow: row)
      let own = axis.rows(of: sequence)
      spoil(&block, of: range, own.clamped(to: range), from: own.lowerBound, streams[sequence])
      row = own.upperBound
    }
    return block
  }

  func validRows(_ range: Range<Int>) throws(FormatFailure) -> [Bool] {
    corruption.kind == .drop
      ? try block(rows: range).validRows : try base.validRows(range)
  }

  /// Spoils the rows `rows` of a sequence that begins at row `first`, in `block` of `range`.
  private func spoil(
    _ block: inout ValueBlock, of range: Range<Int>, _ rows: Range<Int>, from first: Int,
    _ start: RandomStream
  ) {
    var stream = start
    // What the rows before draw is left out.
    stream.index = UInt64((rows.lowerBound - first) * drawsPerRow)
    for row in rows {
      let place = row - range.lowerBound
      switch corruption.kind {
      case .noise:
        for column in 0..<columnCount {
          block.values[place * columnCount + column] +=
            Float(corruption.level * stream.normal()) * scale[column]
        }
      case .drop:
        if stream.uniform() < corruption.level { block.drop(row: place) }
      }
    }
  }

  private var drawsPerRow: Int {
    switch corruption.kind {
    case .noise: 2 * columnCount
    case .drop: 1
    }
  }
}

extension ValueBlock {
  /// Marks row `row` as not valid.
  fileprivate mutating func drop(row: Int) {
    switch validity {
    case .rows(var flags):
      validity = .rows([])
      flags[row] = false
      validity = .rows(flags)
    case .elements(var flags):
      validity = .elements([])
      for column in 0..<columnCount { flags[row * columnCount + column] = false }
      validity = .elements(flags)
    }
  }
}
