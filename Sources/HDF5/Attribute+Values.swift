extension Attribute {
  /// One number, as shape `[1]`.
  package init<Scalar: HDF5Scalar>(_ name: String, _ value: Scalar) {
    self.init(name, [value])
  }

  /// A row of numbers.
  package init<Scalar: HDF5Scalar>(_ name: String, _ values: [Scalar]) {
    self.init(
      name: name, type: Scalar.elementType, shape: [values.count],
      bytes: ElementBytes.bytes(of: values))
  }

  /// One text, as shape `[1]`; nil where it contains a zero byte.
  package init?(_ name: String, _ text: String) {
    self.init(name, [text])
  }

  /// A row of texts; nil where one contains a zero byte.
  package init?(_ name: String, _ texts: [String]) {
    guard let (bytes, byteCount) = ElementBytes.bytes(of: texts) else { return nil }
    self.init(name: name, type: .string(byteCount: byteCount), shape: [texts.count], bytes: bytes)
  }

  /// The texts, or nil where the type is no string or the bytes no UTF-8.
  package var strings: [String]? {
    guard case .string(let byteCount) = type else { return nil }
    return ElementBytes.strings(in: bytes, byteCount: byteCount)
  }

  /// The only text, or nil.
  package var string: String? {
    guard let strings, strings.count == 1 else { return nil }
    return strings[0]
  }

  /// The integers of any width, or nil where the type is none or a value does not fit.
  package var integers: [Int]? { type.flatMap { ElementBytes.integers(of: $0, in: bytes) } }

  /// The only integer, or nil.
  package var integer: Int? {
    guard let integers, integers.count == 1 else { return nil }
    return integers[0]
  }

  /// The floats of either width, or the integers, as `Double`; nil for text.
  package var numbers: [Double]? { type.flatMap { ElementBytes.numbers(of: $0, in: bytes) } }

  /// The only number, or nil.
  package var number: Double? {
    guard let numbers, numbers.count == 1 else { return nil }
    return numbers[0]
  }
}

extension ElementBytes {
  /// The integers of `type` in `bytes`; nil where `type` is no integer or a value does not fit.
  package static func integers(of type: ElementType, in bytes: [UInt8]) -> [Int]? {
    switch type {
    case .int8: values(of: Int8.self, in: bytes)?.map { Int($0) }
    case .uint8: bytes.map { Int($0) }
    case .int16: values(of: Int16.self, in: bytes)?.map { Int($0) }
    case .uint16: values(of: UInt16.self, in: bytes)?.map { Int($0) }
    case .int32: values(of: Int32.self, in: bytes)?.map { Int($0) }
    case .uint32: values(of: UInt32.self, in: bytes)?.map { Int($0) }
    case .int64: values(of: Int64.self, in: bytes)?.map { Int($0) }
    case .uint64: exactIntegers(values(of: UInt64.self, in: bytes))
    case .float32, .float64, .string: nil
    }
  }

  private static func exactIntegers(_ values: [UInt64]?) -> [Int]? {
    guard let values, values.allSatisfy({ $0 <= UInt64(Int.max) }) else { return nil }
    return values.map { Int($0) }
  }

  /// The numbers of `type` in `bytes` as `Double`; nil where `type` is a string.
  package static func numbers(of type: ElementType, in bytes: [UInt8]) -> [Double]? {
    switch type {
    case .float32: values(of: Float.self, in: bytes)?.map { Double($0) }
    case .float64: values(of: Double.self, in: bytes)
    case .uint64: values(of: UInt64.self, in: bytes)?.map { Double($0) }
    case .string: nil
    default: integers(of: type, in: bytes)?.map { Double($0) }
    }
  }
}
