package import Tensors
import HDF5

/// Rows of features or targets, column by column: `n` rows of `D` values.
package struct ColumnValues: Sendable {
  /// The first value, in the order of the rows, that is not finite.
  struct NotFinite: Sendable {
    let index: Int
    let value: Float
  }

  package let rowCount: Int
  package let columnCount: Int
  /// `[D, n]`.
  private var values: [Float]
  /// One per row `[n]`, or one per value `[D, n]`.
  private var flags: [Bool]
  private let hasRowFlags: Bool
  private(set) var firstNotFinite: NotFinite?

  /// The columns of `tensor`, `[n, D]`, of which the rows `valid` count.
  package init(_ tensor: Tensor<Float>, valid: [Bool]) {
    rowCount = tensor.shape.first ?? 0
    columnCount = tensor.shape.last ?? 0
    values = Array(repeating: 0, count: tensor.elements.count)
    flags = valid
    hasRowFlags = true
    add(tensor.elements, firstRow: 0)
  }

  /// The columns of `modality`.
  package init(_ modality: Modality) {
    rowCount = modality.rowCount
    columnCount = modality.featureCount
    values = Array(repeating: 0, count: modality.values.elements.count)
    switch modality.validity {
    case .rows(let rows):
      flags = rows
      hasRowFlags = true
    case .elements(let elements):
      flags = Array(repeating: false, count: elements.count)
      hasRowFlags = false
      add(flags: elements, firstRow: 0)
    }
    add(modality.values.elements, firstRow: 0)
  }

  /// Reads the modality at `path` of a file of sound structure in blocks of rows, so that memory
  /// holds it once.
  init(decoding content: inout FileContent, at path: String) throws(HDF5Failure) {
    let shape = content.shape(path + "/values")
    rowCount = shape.first ?? 0
    columnCount = shape.last ?? 0
    hasRowFlags = content.shape(path + "/valid").count == 1
    // Nothing is made room for that the file cannot hold.
    try content.checkSize(of: path + "/values")
    try content.checkSize(of: path + "/valid")
    values = Array(repeating: 0, count: rowCount * columnCount)
    flags = Array(repeating: false, count: hasRowFlags ? rowCount : values.count)
    try content.forEachBlock(of: path + "/values") { row, bytes in
      add(ElementBytes.values(of: Float.self, in: bytes) ?? [], firstRow: row)
    }
    var odd: (byte: UInt8, index: Int)?
    try content.forEachBlock(of: path + "/valid") { row, bytes in
      if odd == nil, let index = bytes.firstIndex(where: { $0 > 1 }) {
        odd = (bytes[index], row * (hasRowFlags ? 1 : columnCount) + index)
      }
      add(flags: bytes.map { $0 != 0 }, firstRow: row)
    }
    if let odd {
      content.findings.append(
        Finding(
          .flags, path + "/valid", "expected 0 or 1, found \(odd.byte) at element \(odd.index)")
      )
    }
  }

  /// The values of `column`, valid or not, `[n]`.
  package func values(of column: Int) -> ArraySlice<Float> {
    values[column * rowCount..<(column + 1) * rowCount]
  }

  /// Which of the values of `column` may be used, `[n]`.
  package func flags(of column: Int) -> ArraySlice<Bool> {
    hasRowFlags ? flags[...] : flags[column * rowCount..<(column + 1) * rowCount]
  }

  /// Whether all columns have the same rows that count.
  var sharesFlags: Bool { hasRowFlags }

  /// Column by column, so that what is written is written in a row.
  private mutating func add(_ block: [Float], firstRow: Int) {
    guard columnCount > 0 else { return }
    if firstNotFinite == nil, let index = block.firstIndex(where: { !$0.isFinite }) {
      firstNotFinite = NotFinite(index: firstRow * columnCount + index, value: block[index])
    }
    let source = block.span
    var all = values
    values = []
    var target = all.mutableSpan
    for column in 0..<columnCount {
      var place = column * rowCount + firstRow
      for index in stride(from: column, to: source.count, by: columnCount) {
        target[place] = source[index]
        place += 1
      }
    }
    values = all
  }

  private mutating func add(flags block: [Bool], firstRow: Int) {
    let width = hasRowFlags ? 1 : columnCount
    guard width > 0 else { return }
    let source = block.span
    var all = flags
    flags = []
    var target = all.mutableSpan
    for column in 0..<width {
      var place = column * rowCount + firstRow
      for index in stride(from: column, to: source.count, by: width) {
        target[place] = source[index]
        place += 1
      }
    }
    flags = all
  }
}

extension FileContent {
  /// - Throws: `tooLarge` where the dataset at `path` declares more than a file of its size may.
  fileprivate func checkSize(of path: String) throws(HDF5Failure) {
    let inner = shape(path).dropFirst()
    guard !shape(path).isEmpty, !inner.contains(0) else { return }
    _ = try reader.read(
      path, slab: Slab(offset: [0] + inner.map { _ in 0 }, count: [0] + inner))
  }

  /// Hands the rows of the dataset at `path` to `body` in blocks of about a megabyte, with the
  /// number of the first.
  func forEachBlock(of path: String, _ body: (Int, [UInt8]) -> Void) throws(HDF5Failure) {
    guard let info = inventory.object(at: path)?.info, let type = info.type,
      let rowCount = info.shape.first, !info.shape.contains(0)
    else { return }
    try checkSize(of: path)
    let inner = Array(info.shape.dropFirst())
    let chunk = max(1, info.chunkShape?.first ?? 1)
    let fitting = max(1, (1 << 20) / inner.reduce(type.byteCount, *))
    // A chunk that is read in parts is inflated more than once.
    let step = chunk > fitting ? chunk : fitting / chunk * chunk
    for begin in stride(from: 0, to: rowCount, by: step) {
      let slab = Slab(
        offset: [begin] + inner.map { _ in 0 }, count: [min(step, rowCount - begin)] + inner)
      body(begin, try reader.read(path, slab: slab))
    }
  }
}
