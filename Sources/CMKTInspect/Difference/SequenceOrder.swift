import HDF5

/// A features file whose sequences are read in the order of another file.
///
/// Sequences are matched by id. What counts sequences, frames or bytes from the start of the file
/// (offsets, segments, annotations) is counted anew.
struct SequenceOrder: HDF5Reading {
  private let base: any HDF5Reading
  /// For each sequence in the new order, its index in the file.
  private let order: [Int]
  /// Rows that stand for frames.
  private let frames: RowOrder
  /// By path; rows of everything that is not a level.
  private var rows: [String: RowOrder] = [:]
  /// By path; values that change with the order.
  private var values: [String: [UInt8]] = [:]

  /// `second` in the order of `first`; nil where the two do not have equal ids, each once.
  ///
  /// - Throws: `HDF5Failure`.
  init?(of second: any HDF5Reading, like first: any HDF5Reading) throws(HDF5Failure) {
    guard let wanted = try Self.texts("/sequences/id", in: first),
      let found = try Self.texts("/sequences/id", in: second), wanted.count == found.count,
      let offsets = try Self.integers("/sequences/offset", in: second),
      offsets.count == found.count + 1
    else { return nil }
    var places: [String: Int] = [:]
    for (index, id) in found.enumerated() {
      guard places.updateValue(index, forKey: id) == nil else { return nil }
    }
    let order = wanted.compactMap { places[$0] }
    guard order.count == found.count, Set(order).count == order.count,
      let frames = RowOrder(offsets: offsets, order: order)
    else { return nil }
    base = second
    self.order = order
    self.frames = frames
    values["/sequences/offset"] = Self.bytes(frames.offsets)
    for name in ["id", "recording", "speaker", "split"] {
      rows["/sequences/\(name)"] = .singles(order)
    }
    rows["/frames/interval"] = frames
    try addSegments(RowOrder.singles(order))
    try addLevels()
    try addAnnotations()
  }

  // MARK: The schema

  private mutating func addSegments(_ sequences: RowOrder) throws(HDF5Failure) {
    for name in try names(in: "/segments") {
      let path = "/segments/\(name)"
      guard let owners = try Self.integers("\(path)/sequence", in: base),
        let own = RowOrder(owners: owners, order: order),
        let begin = try Self.integers("\(path)/frame_begin", in: base),
        let end = try Self.integers("\(path)/frame_end", in: base),
        begin.count == owners.count, end.count == owners.count
      else { continue }
      rows[path] = own
      for child in ["id", "interval"] { rows["\(path)/\(child)"] = own }
      let sources = own.sources
      values["\(path)/sequence"] = Self.bytes(own.owners)
      for (child, bounds) in [("frame_begin", begin), ("frame_end", end)] {
        let moved = zip(sources, own.owners).map { source, owner in
          bounds[source] &- frames.begins[owner] &+ frames.offsets[owner]
        }
        values["\(path)/\(child)"] = Self.bytes(moved)
      }
    }
  }

  private mutating func addLevels() throws(HDF5Failure) {
    for name in try names(in: "/modalities") {
      let path = "/modalities/\(name)"
      var level = try level(of: path)
      if level == nil, let offsets = try Self.integers("\(path)/offset", in: base) {
        level = RowOrder(offsets: offsets, order: order)
        if let level { values["\(path)/offset"] = Self.bytes(level.offsets) }
      }
      for child in ["values", "valid", "interval"] { rows["\(path)/\(child)"] = level }
    }
    for name in try names(in: "/targets") {
      let level = try level(of: "/targets/\(name)")
      for child in ["values", "valid", "raters/values", "raters/valid"] {
        rows["/targets/\(name)/\(child)"] = level
      }
    }
  }

  /// Nil for rows of an axis of their own.
  private func level(of path: String) throws(HDF5Failure) -> RowOrder? {
    let level = try base.attributes(of: path).first { $0.name == "level" }?.string ?? ""
    if level == "frame" { return frames }
    if level == "sequence" { return .singles(order) }
    guard level.hasPrefix("segment:") else { return nil }
    return rows["/segments/\(level.dropFirst(8))"]
  }

  private mutating func addAnnotations() throws(HDF5Failure) {
    for name in try names(in: "/annotations") {
      let path = "/annotations/\(name)"
      guard let owners = try Self.integers("\(path)/sequence", in: base),
        let own = RowOrder(owners: owners, order: order),
        let offsets = try Self.integers("\(path)/offset", in: base),
        offsets.count == owners.count + 1,
        let bytes = RowOrder(offsets: offsets, order: own.sources)
      else { continue }
      rows["\(path)/interval"] = own
      rows["\(path)/bytes"] = bytes
      values["\(path)/sequence"] = Self.bytes(own.owners)
      values["\(path)/offset"] = Self.bytes(bytes.offsets)
    }
  }

  private func names(in path: String) throws(HDF5Failure) -> [String] {
    guard try base.children(of: "/").contains(where: { "/\($0.name)" == path }) else { return [] }
    return try base.children(of: path).filter { $0.kind == .group }.map(\.name)
  }

  private static func integers(
    _ path: String, in reader: any HDF5Reading
  ) throws(HDF5Failure) -> [Int]? {
    guard let info = try dataset(path, in: reader), let type = info.type else { return nil }
    return ElementBytes.integers(of: type, in: try reader.read(path))
  }

  private static func texts(
    _ path: String, in reader: any HDF5Reading
  ) throws(HDF5Failure) -> [String]? {
    guard let info = try dataset(path, in: reader), case .string(let width)? = info.type else {
      return nil
    }
    return ElementBytes.strings(in: try reader.read(path), byteCount: width)
  }

  /// Nil where there is no dataset of one axis at `path`.
  private static func dataset(
    _ path: String, in reader: any HDF5Reading
  ) throws(HDF5Failure) -> DatasetInfo? {
    do throws(HDF5Failure) {
      let info = try reader.dataset(at: path)
      return info.shape.count == 1 && info.shape[0] > 0 ? info : nil
    } catch .missingObject {
      return nil
    } catch .wrongKind {
      return nil
    }
  }

  private static func bytes(_ integers: [Int]) -> [UInt8] {
    ElementBytes.bytes(of: integers.map { Int64($0) })
  }

  // MARK: Reading

  func children(of path: String) throws(HDF5Failure) -> [Child] { try base.children(of: path) }

  func attributes(of path: String) throws(HDF5Failure) -> [Attribute] {
    try base.attributes(of: path)
  }

  func dataset(at path: String) throws(HDF5Failure) -> DatasetInfo { try base.dataset(at: path) }

  func chunkCount(of path: String) throws(HDF5Failure) -> Int { try base.chunkCount(of: path) }

  func readRawChunk(_ path: String, index: Int) throws(HDF5Failure) -> RawChunk {
    try base.readRawChunk(path, index: index)
  }

  func close() { base.close() }

  func read(_ path: String, slab: Slab?) throws(HDF5Failure) -> [UInt8] {
    let info = try base.dataset(at: path)
    if let bytes = values[path], info.type == .int64, bytes.count == 8 * (info.shape.first ?? 0) {
      guard let slab else { return bytes }
      return Array(bytes[(8 * slab.offset[0])..<(8 * (slab.offset[0] + slab.count[0]))])
    }
    guard let rows = rows[path], let rowCount = info.shape.first, rowCount == rows.rowCount else {
      return try base.read(path, slab: slab)
    }
    let whole = slab ?? Slab(offset: info.shape.map { _ in 0 }, count: info.shape)
    var bytes: [UInt8] = []
    for range in rows.ranges(whole.offset[0]..<whole.offset[0] + whole.count[0]) {
      bytes += try base.read(
        path,
        slab: Slab(
          offset: [range.lowerBound] + whole.offset.dropFirst(),
          count: [range.count] + whole.count.dropFirst()))
    }
    return bytes
  }
}

/// Rows that belong to sequences, put into another order of the sequences.
struct RowOrder {
  /// For each sequence in the new order, where its rows begin in the file.
  let begins: [Int]
  /// The same in the new order, and the number of all rows.
  let offsets: [Int]

  /// One row for each sequence.
  static func singles(_ order: [Int]) -> RowOrder {
    RowOrder(begins: order, offsets: Array(0...order.count))
  }

  private init(begins: [Int], offsets: [Int]) {
    self.begins = begins
    self.offsets = offsets
  }

  /// Sequence *i* has the rows `offsets[i] ..< offsets[i + 1]`; nil where these fall.
  init?(offsets: [Int], order: [Int]) {
    guard offsets.first == 0, zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
      order.allSatisfy({ $0 + 1 < offsets.count })
    else { return nil }
    var ends = [0]
    for index in order { ends.append((ends.last ?? 0) + offsets[index + 1] - offsets[index]) }
    self.init(begins: order.map { offsets[$0] }, offsets: ends)
  }

  /// Row *k* belongs to sequence `owners[k]`; nil where these fall or are none.
  init?(owners: [Int], order: [Int]) {
    guard zip(owners, owners.dropFirst()).allSatisfy({ $0 <= $1 }),
      owners.allSatisfy({ order.indices.contains($0) })
    else { return nil }
    var counts = [Int](repeating: 0, count: order.count)
    for owner in owners { counts[owner] += 1 }
    self.init(offsets: counts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }, order: order)
  }

  var rowCount: Int { offsets.last ?? 0 }

  /// For each row in the new order, its index in the file.
  var sources: [Int] {
    begins.indices.flatMap { index in
      (0..<offsets[index + 1] - offsets[index]).map { begins[index] + $0 }
    }
  }

  /// For each row in the new order, the new place of its sequence.
  var owners: [Int] {
    begins.indices.flatMap { Array(repeating: $0, count: offsets[$0 + 1] - offsets[$0]) }
  }

  /// Where the rows `range` of the new order lie in the file.
  func ranges(_ range: Range<Int>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    // The last sequence that begins at or before the first row.
    var low = 0
    var high = begins.count
    while low < high {
      let middle = (low + high) / 2
      if offsets[middle + 1] <= range.lowerBound { low = middle + 1 } else { high = middle }
    }
    while low < begins.count, offsets[low] < range.upperBound {
      let part = range.clamped(to: offsets[low]..<offsets[low + 1])
      let begin = begins[low] + part.lowerBound - offsets[low]
      if let last = found.last, last.upperBound == begin {
        found[found.count - 1] = last.lowerBound..<begin + part.count
      } else if !part.isEmpty {
        found.append(begin..<begin + part.count)
      }
      low += 1
    }
    return found
  }
}
