package import Codecs
import HDF5
package import Tensors

/// Rows of features or targets, column by column: `n` rows of `D` values.
package struct ColumnValues: Sendable {
  /// The first value, in the order of the rows, that is not finite.
  struct NotFinite: Sendable {
    let index: Int
    let value: Float
  }

  private enum Flags: Sendable {
    /// One per row, `[n]`.
    case rows([Bool])
    /// One per value, `[n, D]`.
    case elements(ColumnStore<Bool>)
  }

  package let rowCount: Int
  package let columnCount: Int
  private var values: ColumnStore<Float>
  private var flags: Flags
  private(set) var firstNotFinite: NotFinite?

  /// The columns of `tensor`, `[n, D]`, of which the rows `valid` count.
  package init(_ tensor: Tensor<Float>, valid: [Bool]) {
    rowCount = tensor.shape.first ?? 0
    columnCount = tensor.shape.last ?? 0
    values = ColumnStore(tensor.elements, columnCount: columnCount)
    flags = .rows(valid)
    look(at: tensor.elements, firstRow: 0)
  }

  /// The columns of `modality`.
  package init(_ modality: Modality) {
    rowCount = modality.rowCount
    columnCount = modality.featureCount
    values = ColumnStore(modality.values.elements, columnCount: columnCount)
    flags =
      switch modality.validity {
      case .rows(let rows): .rows(rows)
      case .elements(let elements): .elements(ColumnStore(elements, columnCount: columnCount))
      }
    look(at: modality.values.elements, firstRow: 0)
  }

  /// Reads the modality at `path` of a file of sound structure in blocks of rows, so that memory
  /// holds it once, or where it is larger than `memory`, hardly any of it.
  init(
    decoding content: inout FileContent, at path: String, memory: RowMemory?
  ) throws(HDF5Failure) {
    let shape = content.shape(path + "/values")
    rowCount = shape.first ?? 0
    columnCount = shape.last ?? 0
    let hasRowFlags = content.shape(path + "/valid").count == 1
    // Nothing is made room for that the file cannot hold.
    try content.checkSize(of: path + "/values")
    try content.checkSize(of: path + "/valid")
    let isOutside = memory?.isExceeded(by: path, of: content) ?? false
    values = ColumnStore(rowCount: rowCount, columnCount: columnCount, isOutside: isOutside)
    flags =
      hasRowFlags
      ? .rows([])
      : .elements(
        ColumnStore(rowCount: rowCount, columnCount: columnCount, isOutside: isOutside))
    try content.forEachBlock(of: path + "/values") { (row, bytes) throws(HDF5Failure) in
      let block = ElementBytes.values(of: Float.self, in: bytes) ?? []
      look(at: block, firstRow: row)
      try content.keeping(path) { () throws(ScratchFailure) in try values.append(block) }
    }
    try readFlags(&content, at: path + "/valid", width: hasRowFlags ? 1 : columnCount)
  }

  private mutating func readFlags(
    _ content: inout FileContent, at path: String, width: Int
  ) throws(HDF5Failure) {
    var odd: (byte: UInt8, index: Int)?
    try content.forEachBlock(of: path) { (row, bytes) throws(HDF5Failure) in
      if odd == nil, let index = bytes.firstIndex(where: { $0 > 1 }) {
        odd = (bytes[index], row * width + index)
      }
      let block = bytes.map { $0 != 0 }
      switch flags {
      case .rows(var rows):
        flags = .rows([])
        rows += block
        flags = .rows(rows)
      case .elements(var store):
        flags = .rows([])
        try content.keeping(path) { () throws(ScratchFailure) in try store.append(block) }
        flags = .elements(store)
      }
    }
    if let odd {
      content.findings.append(
        Finding(.flags, path, "expected 0 or 1, found \(odd.byte) at element \(odd.index)"))
    }
  }

  /// The values of `column`, valid or not, `[n]`.
  ///
  /// - Throws: `ScratchFailure`, where they are not in memory.
  package func values(of column: Int) throws(ScratchFailure) -> ArraySlice<Float> {
    try values.column(column)
  }

  /// Which of the values of `column` may be used, `[n]`.
  ///
  /// - Throws: as `values(of:)`.
  package func flags(of column: Int) throws(ScratchFailure) -> ArraySlice<Bool> {
    switch flags {
    case .rows(let flags): flags[...]
    case .elements(let store): try store.column(column)
    }
  }

  /// Whether all columns have the same rows that count.
  var sharesFlags: Bool {
    if case .rows = flags { true } else { false }
  }

  private mutating func look(at block: [Float], firstRow: Int) {
    if firstNotFinite == nil, let index = block.firstIndex(where: { !$0.isFinite }) {
      firstNotFinite = NotFinite(index: firstRow * columnCount + index, value: block[index])
    }
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

  /// Runs `body`, which keeps a part of the object at `path` outside memory.
  fileprivate func keeping(
    _ path: String, _ body: () throws(ScratchFailure) -> Void
  ) throws(HDF5Failure) {
    do throws(ScratchFailure) {
      try body()
    } catch {
      throw HDF5Failure(error, at: path)
    }
  }

  /// Hands the rows of the dataset at `path` to `body` in blocks of about a megabyte, with the
  /// number of the first.
  func forEachBlock(
    of path: String, _ body: (Int, [UInt8]) throws(HDF5Failure) -> Void
  ) throws(HDF5Failure) {
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
      try body(begin, try reader.read(path, slab: slab))
    }
  }
}

extension HDF5Failure {
  /// A part of the object at `path` could not be kept outside memory.
  init(_ failure: ScratchFailure, at path: String) {
    self = .system(file: path, operation: "keep outside memory", reason: failure.description)
  }
}
