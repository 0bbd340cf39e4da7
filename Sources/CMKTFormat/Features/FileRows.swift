import HDF5

/// The rows of a modality in a features file that stays open.
///
/// What it gives was verified when the file was opened. Flags of whole rows are in memory; those of
/// values are read with them.
final class FileRows: RowReading {
  private let file: OpenRows
  private let place: String
  /// One per row; nil where each value has its own.
  private let rowFlags: [Bool]?
  let rowCount: Int
  let columnCount: Int
  let storedRowCount: Int

  /// The rows of the modality at `place` of a file of sound structure.
  init(at place: String, in file: OpenRows) throws(HDF5Failure) {
    self.file = file
    self.place = place
    let content = file.content
    let shape = content.shape(place + "/values")
    rowCount = shape.first ?? 0
    columnCount = shape.last ?? 0
    let isPerRow = content.shape(place + "/valid").count == 1
    rowFlags = isPerRow ? try content.bytes(place + "/valid").map { $0 != 0 } : nil
    let chunks =
      [content.chunkRowCount(place + "/values")]
      + (isPerRow ? [] : [content.chunkRowCount(place + "/valid")])
    let tallest = max(1, chunks.max() ?? 1)
    let isSmall = tallest <= Self.longestByteCount / max(1, 4 * columnCount)
    storedRowCount = isSmall ? tallest : 1
  }

  /// Rows of taller chunks than this are read fewer at a time: the reader keeps the chunks.
  private static let longestByteCount = 16 << 20

  func block(rows range: Range<Int>) throws(FormatFailure) -> ValueBlock {
    try block(rows: range, in: [])
  }

  func block(
    rows range: Range<Int>, in buffer: consuming [Float]
  ) throws(FormatFailure) -> ValueBlock {
    var values = buffer
    values.removeAll(keepingCapacity: true)
    if let slab = slab(range) {
      try unwrapping { () throws(HDF5Failure) in
        try file.content.reader.append(slab, of: place + "/values", to: &values)
      }
    }
    let validity: Validity =
      if let rowFlags {
        .rows(Array(rowFlags[range]))
      } else {
        .elements(try flags(range))
      }
    return ValueBlock(values: values, validity: validity, columnCount: columnCount)
  }

  func validRows(_ range: Range<Int>) throws(FormatFailure) -> [Bool] {
    if let rowFlags { return columnCount > 0 ? Array(rowFlags[range]) : range.map { _ in false } }
    let flags = try flags(range)
    return ValueBlock(values: [], validity: .elements(flags), columnCount: columnCount).validRows
  }

  /// By value.
  private func flags(_ range: Range<Int>) throws(FormatFailure) -> [Bool] {
    guard let slab = slab(range) else { return [] }
    return try unwrapping { () throws(HDF5Failure) in
      try file.content.reader.read(place + "/valid", slab: slab).map { $0 != 0 }
    }
  }

  /// Nil where nothing is in it.
  private func slab(_ range: Range<Int>) -> Slab? {
    guard !range.isEmpty, columnCount > 0 else { return nil }
    return Slab(offset: [range.lowerBound, 0], count: [range.count, columnCount])
  }
}

/// A features file that is open as long as somebody reads its rows.
final class OpenRows: Sendable {
  let content: FileContent

  init(_ content: FileContent) {
    self.content = content
  }

  deinit { content.reader.close() }
}

extension FileContent {
  /// The rows of a chunk of the dataset at `path`; all where it has none.
  fileprivate func chunkRowCount(_ path: String) -> Int {
    inventory.object(at: path)?.info?.chunkShape?.first ?? shape(path).first ?? 1
  }
}
