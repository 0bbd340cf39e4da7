/// The element type of an NPY array, without its byte order.
package enum NPYType: Equatable, Sendable {
  case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64
  case float16, float32, float64
  /// `S`: NUL-padded text of that many bytes, read as UTF-8.
  case bytes(Int)
  /// `U`: NUL-padded text of that many code points.
  case unicode(Int)

  /// Bytes per element.
  package var byteCount: Int {
    switch self {
    case .bool, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    case .bytes(let count): count
    case .unicode(let count): 4 * count
    }
  }

  /// The `descr` that is written for it, little-endian.
  package var descriptor: String {
    switch self {
    case .bool: "|b1"
    case .int8: "|i1"
    case .int16: "<i2"
    case .int32: "<i4"
    case .int64: "<i8"
    case .uint8: "|u1"
    case .uint16: "<u2"
    case .uint32: "<u4"
    case .uint64: "<u8"
    case .float16: "<f2"
    case .float32: "<f4"
    case .float64: "<f8"
    case .bytes(let count): "|S\(count)"
    case .unicode(let count): "<U\(count)"
    }
  }

  /// Whether elements are numbers with a fraction.
  package var isFloatingPoint: Bool {
    switch self {
    case .float16, .float32, .float64: true
    default: false
    }
  }
}

/// The elements of an NPY array, row-major, in the narrowest of six Swift types that holds them.
package enum NPYElements: Equatable, Sendable {
  /// `float16` and `float32`.
  case floats([Float])
  case doubles([Double])
  /// All integers but `uint64`.
  case integers([Int64])
  case unsigned([UInt64])
  case flags([Bool])
  case texts([String])

  /// The number of elements.
  package var count: Int {
    switch self {
    case .floats(let values): values.count
    case .doubles(let values): values.count
    case .integers(let values): values.count
    case .unsigned(let values): values.count
    case .flags(let values): values.count
    case .texts(let values): values.count
    }
  }
}

/// A NumPy array as an NPY file holds it, in row-major order.
package struct NPYArray: Equatable, Sendable {
  package let shape: [Int]
  package let type: NPYType
  package let elements: NPYElements

  /// The first six bytes of every NPY file.
  package static let magic: [UInt8] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

  /// An array of `elements` with extents `shape`.
  ///
  /// - Precondition: the extents multiply to the number of elements, and `type` suits them.
  package init(shape: [Int], type: NPYType, elements: NPYElements) {
    precondition((shape.contains(0) ? 0 : shape.reduce(1, *)) == elements.count)
    self.shape = shape
    self.type = type
    self.elements = elements
  }

  /// A `float32` array.
  package init(shape: [Int], floats: [Float]) {
    self.init(shape: shape, type: .float32, elements: .floats(floats))
  }

  /// A `float64` array.
  package init(shape: [Int], doubles: [Double]) {
    self.init(shape: shape, type: .float64, elements: .doubles(doubles))
  }

  /// An `int64` array.
  package init(shape: [Int], integers: [Int64]) {
    self.init(shape: shape, type: .int64, elements: .integers(integers))
  }

  /// A one-dimensional array of unicode text, as wide as its longest element.
  package init(texts: [String]) {
    let width = texts.map(\.unicodeScalars.count).max() ?? 0
    self.init(shape: [texts.count], type: .unicode(max(width, 1)), elements: .texts(texts))
  }

  /// Every number as `Float`, nearest value; nil for text.
  package var floats: [Float]? { elements.floats }

  /// Every number as `Double`, nearest value; nil for text.
  package var doubles: [Double]? { elements.doubles }

  /// Every number as `Int`; nil for text, fractions, and values that do not fit.
  package var integers: [Int]? { elements.integers }

  /// Every element as text; nil for numbers.
  package var texts: [String]? {
    guard case .texts(let values) = elements else { return nil }
    return values
  }
}
