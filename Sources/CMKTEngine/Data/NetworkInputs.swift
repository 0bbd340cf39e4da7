package import CMKTFormat
import Tensors

extension SplitPlan {
  /// Where each recording is scaled by its own statistics, one that stands in two parts of the plan
  /// would carry what is held out into training.
  ///
  /// - Throws: `unusableData` where there is such a recording.
  func checkRecordings(of sequences: SequenceTable) throws(EngineFailure) {
    var parts: [String: [String]] = [:]
    let members = [(train + unlabelled, Split.train), (valid, .valid), (test, .test)]
    for (indices, split) in members {
      for recording in Set(indices.map { sequences.recordings[$0] }) {
        parts[recording, default: []].append(split.rawValue)
      }
    }
    let shared = parts.filter { $0.value.count > 1 }
    guard let first = shared.min(by: { $0.key < $1.key }) else { return }
    throw .unusableData(
      location: "/sequences/recording",
      expected: "every recording in one split, for normalisation.scope=recording",
      found: "'\(first.key)' in \(first.value.joined(separator: ", "))"
        + (shared.count > 1 ? ", and \(shared.count - 1) more" : ""),
      remedy: "set normalisation.scope=training")
  }
}

extension FeaturesFile {
  /// All rows of modality `contract.name`, which stand on `axis`, as network inputs: scaled by
  /// `normalisation`, or where `contract` says so, each recording by the statistics of its own valid
  /// values.
  ///
  /// Rows outside memory stay there, and come through a window.
  ///
  /// - Parameter used: the only sequences whose rows will be read; nil for all.
  /// - Throws: `unknownName` where there is no such modality; `unreadable`.
  package func networkInputs(
    of contract: ModalityContract, axis: RowAxis, scaledBy normalisation: Normalisation,
    for used: [Int]? = nil
  ) throws(EngineFailure) -> InputRows {
    guard let rows = rows(of: contract.name) else {
      throw .unknownName(
        kind: "modality", name: contract.name, known: modalities.keys.sorted())
    }
    let scaling =
      contract.normalisation == nil
      ? RowScaling(normalisation)
      : try RowScaling(
        byRecording: rows, axis: axis, sequences: sequences,
        used: Set((used ?? Array(0..<sequences.count)).map { sequences.recordings[$0] }))
    guard outside.rows[contract.name] != nil else {
      return InputRows(try scaling.inputs(of: rows))
    }
    return InputRows(
      RowWindow(
        on: rows, byteCount: windowByteCount(of: rows), prepare: scaling.scale))
  }

  /// The share of a modality in the memory for rows: as its width is among those outside.
  private func windowByteCount(of rows: any RowReading) -> Int {
    let total = outside.rows.values.reduce(0) { $0 + $1.columnCount }
    return Int(
      Double(outside.windowByteCount) * Double(rows.columnCount) / Double(max(1, total)))
  }
}

/// How rows become network inputs: all alike, or each recording by itself.
private struct RowScaling: Sendable {
  /// Rows from `firstRow` on have `normalisation`, up to the next part.
  private struct Part: Sendable {
    let firstRow: Int
    let normalisation: Normalisation
  }

  /// By row, ascending; the first begins at row 0.
  private let parts: [Part]

  init(_ normalisation: Normalisation) {
    parts = [Part(firstRow: 0, normalisation: normalisation)]
  }

  /// Each of the recordings `used` by the statistics of its own valid values; others as they are.
  ///
  /// - Throws: `unreadable`.
  init(
    byRecording rows: any RowReading, axis: RowAxis, sequences: SequenceTable, used: Set<String>
  ) throws(EngineFailure) {
    let byRecording = Dictionary(grouping: 0..<sequences.count) { sequences.recordings[$0] }
    var parts: [Part] = []
    for (recording, members) in byRecording {
      let ranges = members.map(axis.rows(of:))
      let own = try Normalisation(fitting: rows, in: used.contains(recording) ? ranges : [])
      parts += ranges.filter { !$0.isEmpty }.map {
        Part(firstRow: $0.lowerBound, normalisation: own)
      }
    }
    self.parts = parts.sorted { $0.firstRow < $1.firstRow }
  }

  /// All of `rows` as a matrix in memory, `[n, D]`.
  ///
  /// - Throws: `unreadable`.
  func inputs(of rows: any RowReading) throws(EngineFailure) -> Tensor<Float> {
    var elements: [Float] = []
    elements.reserveCapacity(rows.rowCount * rows.columnCount)
    try rows.forEachBlock(of: [0..<rows.rowCount]) { first, block in
      var block = block
      scale(&block, rows: first..<(first + block.rowCount))
      elements += block.values
    }
    return Tensor(shape: [rows.rowCount, rows.columnCount], elements: elements)
  }

  /// Makes network inputs of `block`, which has the rows `rows`.
  func scale(_ block: inout ValueBlock, rows: Range<Int>) {
    var row = rows.lowerBound
    var part = max(0, (parts.firstIndex { $0.firstRow > row } ?? parts.count) - 1)
    while row < rows.upperBound {
      let next = part + 1
      let end = next < parts.count ? min(rows.upperBound, parts[next].firstRow) : rows.upperBound
      parts[part].normalisation.scale(
        (row - rows.lowerBound)..<(end - rows.lowerBound), of: &block)
      (row, part) = (end, next)
    }
  }
}
