import Codecs
import HDF5

/// SHA-256 of one object: path, type, extents, values, then attributes by name.
///
/// It does not depend on chunking, filters or the order of creation. The bytes that are hashed:
///
///     text(path) · text("group" | type) · count(rank) · count(extent)… · values
///     · for each attribute, names in byte order: text(name) · text(type) · count(rank) · count(extent)… · values
///
/// where `text` is the number of UTF-8 bytes as a little-endian 64-bit integer followed by these
/// bytes, `count` is such an integer, and `values` are little-endian and row-major, strings at
/// their full fixed length.
enum ObjectDigest {
  /// Rows are read in blocks of about this many bytes.
  private static let blockByteCount = 2 << 20

  /// The digest of the object at `path`, 32 bytes.
  ///
  /// - Parameter inspect: receives the first row and the bytes of each part of the values.
  static func compute(
    of path: String, isDataset: Bool, in reader: any HDF5Reading,
    inspect: (Int, [UInt8]) -> Void = { _, _ in }
  ) throws(HDF5Failure) -> [UInt8] {
    var hash = SHA256()
    hash.updateText(path)
    if isDataset {
      let info = try reader.dataset(at: path)
      hash.updateText(info.typeDescription)
      hash.updateShape(info.shape)
      try updateValues(of: path, info, in: reader, inspect, &hash)
    } else {
      hash.updateText("group")
      hash.updateShape([])
    }
    hash.update(try reader.attributes(of: path))
    return hash.finish()
  }

  /// The digest of the dataset at `path`, all of whose values are `bytes`.
  static func compute(
    of path: String, _ info: DatasetInfo, bytes: [UInt8], _ attributes: [Attribute]
  ) -> [UInt8] {
    var hash = SHA256()
    hash.updateText(path)
    hash.updateText(info.typeDescription)
    hash.updateShape(info.shape)
    hash.update(bytes)
    hash.update(attributes)
    return hash.finish()
  }

  private static func updateValues(
    of path: String, _ info: DatasetInfo, in reader: any HDF5Reading,
    _ inspect: (Int, [UInt8]) -> Void, _ hash: inout SHA256
  ) throws(HDF5Failure) {
    guard let rowCount = info.shape.first, !info.shape.contains(0), let type = info.type else {
      return
    }
    let inner = Array(info.shape.dropFirst())
    let rowByteCount = inner.reduce(type.byteCount, *)
    let rowsPerBlock = max(1, blockByteCount / max(1, rowByteCount))
    for begin in stride(from: 0, to: rowCount, by: rowsPerBlock) {
      let count = min(rowsPerBlock, rowCount - begin)
      let slab = Slab(
        offset: [begin] + inner.map { _ in 0 }, count: [count] + inner)
      let bytes = try reader.read(path, slab: slab)
      hash.update(bytes)
      inspect(begin, bytes)
    }
  }
}

extension SHA256 {
  fileprivate mutating func updateText(_ text: String) {
    updateCount(text.utf8.count)
    update(Array(text.utf8))
  }

  fileprivate mutating func updateShape(_ shape: [Int]) {
    updateCount(shape.count)
    for extent in shape { updateCount(extent) }
  }

  fileprivate mutating func update(_ attributes: [Attribute]) {
    for attribute in attributes.sorted(by: { precedesInByteOrder($0.name, $1.name) }) {
      updateText(attribute.name)
      updateText(attribute.typeDescription)
      updateShape(attribute.shape)
      update(attribute.bytes)
    }
  }

  private mutating func updateCount(_ count: Int) {
    let bits = UInt64(count)
    update((0..<8).map { UInt8(truncatingIfNeeded: bits >> (8 * $0)) })
  }
}
