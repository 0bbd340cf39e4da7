/// The element types of datasets and attributes that are read and written.
package enum ElementType: Hashable, Sendable {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64
  /// Text of at most `byteCount` UTF-8 bytes, padded with zeros.
  case string(byteCount: Int)

  /// The bytes of one element.
  package var byteCount: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    case .string(let byteCount): byteCount
    }
  }
}

extension ElementType: CustomStringConvertible {
  /// Such as `float32` or `string[12]`.
  package var description: String {
    switch self {
    case .int8: "int8"
    case .uint8: "uint8"
    case .int16: "int16"
    case .uint16: "uint16"
    case .int32: "int32"
    case .uint32: "uint32"
    case .int64: "int64"
    case .uint64: "uint64"
    case .float32: "float32"
    case .float64: "float64"
    case .string(let byteCount): "string[\(byteCount)]"
    }
  }
}
