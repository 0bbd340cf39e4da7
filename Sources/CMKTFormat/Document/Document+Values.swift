package import HDF5

extension Document {
  /// Adds a dataset of fixed-length strings, as long as the longest.
  package mutating func add(_ texts: [String], at path: String) {
    let (bytes, byteCount) = paddedBytes(of: texts)
    addDataset(path, type: .string(byteCount: byteCount), shape: [texts.count], bytes: bytes)
  }

  /// Adds numbers of `shape`.
  package mutating func add<Scalar: HDF5Scalar>(
    _ values: [Scalar], shape: [Int], at path: String
  ) {
    addDataset(
      path, type: Scalar.elementType, shape: shape, bytes: ElementBytes.bytes(of: values))
  }

  /// Adds an int64 dataset of one axis.
  package mutating func add(_ values: [Int], at path: String) {
    add(values.map { Int64($0) }, shape: [values.count], at: path)
  }

  /// Adds a uint8 dataset of flags.
  package mutating func add(_ flags: [Bool], shape: [Int], at path: String) {
    add(flags.map { UInt8($0 ? 1 : 0) }, shape: shape, at: path)
  }

  /// Adds long text, or other bytes, as a uint8 dataset.
  package mutating func add(bytes: [UInt8], at path: String) {
    add(bytes, shape: [bytes.count], at: path)
  }
}

extension Attribute {
  /// A string attribute of shape `[1]`.
  package static func text(_ name: String, _ value: String) -> Attribute {
    texts(name, [value])
  }

  /// A string attribute of one axis.
  package static func texts(_ name: String, _ values: [String]) -> Attribute {
    let (bytes, byteCount) = paddedBytes(of: values)
    return Attribute(
      name: name, type: .string(byteCount: byteCount), shape: [values.count], bytes: bytes)
  }
}

/// `texts` padded to equal length.
///
/// A NUL inside a text, which would end it, becomes U+FFFD.
private func paddedBytes(of texts: [String]) -> (bytes: [UInt8], byteCount: Int) {
  if let padded = ElementBytes.bytes(of: texts) { return padded }
  let clean = texts.map {
    String(String.UnicodeScalarView($0.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }
  return ElementBytes.bytes(of: clean) ?? ([], 1)
}
