import CMKTFormat
import Codecs
import Tensors

/// The rows of a modality over all sequences, outside memory where they are many.
struct ModalityCollector {
  let name: String
  let columnNames: [String]
  let description: ModalityDescription
  let level: Level
  private let values = ScratchArray<Float>()
  private let rowFlags = ScratchArray<UInt8>()
  /// From the first row on of which just a part is valid.
  private var elementFlags: ScratchArray<UInt8>?
  /// With level `own`: where sequences begin, and the times of rows while all have them.
  private var offsets = [0]
  private var intervals: [Double]? = []
  private var lowest: [Float]
  private var highest: [Float]

  init(name: String, columnNames: [String], description: ModalityDescription, level: Level) {
    self.name = name
    self.columnNames = columnNames
    self.description = description
    self.level = level
    lowest = Array(repeating: .infinity, count: columnNames.count)
    highest = Array(repeating: -.infinity, count: columnNames.count)
  }

  /// Appends the rows of one sequence.
  ///
  /// - Throws: `ScratchFailure`.
  mutating func append(_ block: RowBlock) throws(ScratchFailure) {
    let rowCount = block.rowCount
    if case .elements = block.validity { try startElementFlags() }
    try values.append(block.values)
    try rowFlags.append((0..<rowCount).map { block.hasAny(row: $0) ? 1 : 0 })
    if let elementFlags { try elementFlags.append(block.elementFlags.map { $0 ? 1 : 0 }) }
    noteExtremes(of: block)
    guard level == .own else { return }
    offsets.append((offsets.last ?? 0) + rowCount)
    intervals = intervals.flatMap { known in
      rowCount == 0 ? known : block.intervals.map { known + $0 }
    }
  }

  private mutating func noteExtremes(of block: RowBlock) {
    let width = columnNames.count
    for row in 0..<block.rowCount where block.hasAny(row: row) {
      for column in 0..<width {
        let value = block.values[row * width + column]
        guard block.isValid(row: row, column: column) else { continue }
        lowest[column] = min(lowest[column], value)
        highest[column] = max(highest[column], value)
      }
    }
  }

  /// Names of the columns that have the same valid value in every row.
  var constantColumns: [String] {
    columnNames.indices.filter { lowest[$0] == highest[$0] }.map { columnNames[$0] }
  }

  /// Names of the columns without a valid value.
  var emptyColumns: [String] {
    columnNames.indices.filter { lowest[$0] > highest[$0] }.map { columnNames[$0] }
  }

  /// Gives every value so far the flag of its row.
  private mutating func startElementFlags() throws(ScratchFailure) {
    guard elementFlags == nil else { return }
    let flags = ScratchArray<UInt8>()
    let step = max(1, (1 << 20) / columnNames.count)
    for start in stride(from: 0, to: rowFlags.count, by: step) {
      let rows = try rowFlags.elements(in: start..<min(rowFlags.count, start + step))
      try flags.append(rows.flatMap { Array(repeating: $0, count: columnNames.count) })
    }
    elementFlags = flags
  }

  /// The rows.
  var rows: StoredModality {
    StoredModality(
      values: values, flags: elementFlags.map { .elements($0) } ?? .rows(rowFlags),
      featureCount: columnNames.count)
  }

  /// All but the rows.
  var modality: Modality {
    var modality = Modality(
      values: Tensor(shape: [0, columnNames.count], elements: []), validity: .rows([]),
      featureNames: columnNames, level: level,
      ownAxis: level == .own ? OwnAxis(offsets: offsets, intervals: intervals) : nil)
    modality.extractor = description.extractor
    modality.units = description.units
    modality.hopSeconds = description.hopSeconds
    modality.windowSeconds = description.windowSeconds
    modality.anchor = description.anchor
    return modality
  }
}
