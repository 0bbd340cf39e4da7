/// The element type of an array in a pickle.
struct PickleElementType: Equatable, Sendable {
  /// NumPy's letter, such as `f`, `i`, `u`, `b`, `S`, `U` or `O`.
  var kind: UInt8
  /// The number after it: bytes per element, for `U` code points.
  var size: Int
  var isBigEndian = false
  /// Whether elements have fields or are arrays themselves.
  var isStructured = false

  static let object = PickleElementType(kind: UInt8(ascii: "O"), size: 8)

  /// Parses a dtype's text, such as `f4`, `<i8`, `|O`, `U16`.
  init?(_ text: String) {
    var rest = text[...]
    if let order = rest.first, "<>|=".contains(order) {
      isBigEndian = order == ">"
      rest = rest.dropFirst()
    }
    guard let letter = rest.utf8.first, letter < 0x80 else { return nil }
    kind = letter
    let digits = rest.dropFirst()
    if letter == UInt8(ascii: "O") {
      size = 8
    } else if letter == UInt8(ascii: "?") {
      kind = UInt8(ascii: "b")
      size = 1
    } else {
      guard let number = Int(digits.isEmpty ? "0" : digits), (0...(1 << 20)).contains(number)
      else { return nil }
      size = number
    }
  }

  private init(kind: UInt8, size: Int) {
    self.kind = kind
    self.size = size
  }

  var isObject: Bool { kind == UInt8(ascii: "O") && !isStructured }

  /// What its elements can be read as; nil where they cannot.
  var plain: NPYType? {
    guard !isStructured else { return nil }
    if kind == UInt8(ascii: "S"), size > 0 { return .bytes(size) }
    if kind == UInt8(ascii: "U"), size > 0 { return .unicode(size) }
    return NPYHeader.type(Character(UnicodeScalar(kind)), size)
  }

  /// Bytes per element.
  var byteCount: Int { kind == UInt8(ascii: "U") ? 4 * size : size }

  /// As NumPy writes it, such as `<f4`.
  var name: String {
    let order = byteCount > 1 && kind != UInt8(ascii: "O") ? (isBigEndian ? ">" : "<") : ""
    let letter = String(UnicodeScalar(kind))
    return isStructured ? "a structured dtype" : isObject ? "object" : "\(order)\(letter)\(size)"
  }
}

/// An array of a pickle, whose elements stay in the file.
package struct PickleArray: Equatable, Sendable {
  /// Where the elements are.
  enum Content: Equatable, Sendable {
    case payload(PicklePayload)
    /// A collection of values, for arrays of objects.
    case objects(UInt32)
  }

  package let shape: [Int]
  let type: PickleElementType
  /// By axis: how many elements lie between neighbours along it.
  let strides: [Int]
  let content: Content
  /// Where it was made in the file, for messages.
  package let byteOffset: Int

  /// The product of the extents.
  package var count: Int { shape.contains(0) ? 0 : shape.reduce(1, *) }
  /// Elements of one row: the product of all extents but the first.
  package var rowElementCount: Int { shape.dropFirst().reduce(1, *) }
  /// Bytes of one row.
  package var rowByteCount: Int {
    rowElementCount.multipliedReportingOverflow(by: type.byteCount).partialValue
  }
  /// Bytes of all elements; at most 2^48 elements, so no overflow.
  package var byteCount: Int { count.multipliedReportingOverflow(by: type.byteCount).partialValue }
  /// What its elements can be read as; nil for objects and for types that are not read.
  package var elementType: NPYType? { type.plain }
  /// The element type as NumPy writes it, for messages.
  package var elementTypeName: String { type.name }
  package var isObject: Bool { type.isObject }

  /// Whether elements lie in the order of the indices.
  package var isRowMajor: Bool { strides == Self.strides(shape, axisOrder: Array(shape.indices)) }

  /// Strides of extents `shape` whose axes lie in the file in the order `axisOrder`, outermost
  /// first.
  static func strides(_ shape: [Int], axisOrder: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var stride = 1
    for axis in axisOrder.reversed() {
      strides[axis] = stride
      stride = stride.multipliedReportingOverflow(by: shape[axis]).partialValue
    }
    return strides
  }
}
