import HDF5

/// How the values of two arrays of equal shape differ.
struct ValueDifference {
  /// Values that count as different, and those that differ within the tolerance.
  private(set) var differingCount = 0
  private(set) var toleratedCount = 0
  private(set) var valueCount = 0
  /// Over all differing values that are numbers; nil where there are none.
  private(set) var largestAbsolute: Double?
  private(set) var largestRelative: Double?
  /// Of the first differing value.
  private(set) var place = ""
  private(set) var first = ""
  private(set) var second = ""

  /// Compares the bytes of a block that lies at `slab`.
  mutating func add(
    _ left: [UInt8], _ leftType: ElementType, _ right: [UInt8], _ rightType: ElementType,
    at slab: Slab?, _ options: DifferenceOptions
  ) {
    let count = left.count / max(1, leftType.byteCount)
    valueCount += count
    if leftType == rightType, left == right, !leftType.isFloat || options.nan == .equal { return }
    guard let index = firstDifference(left, leftType, right, rightType, options) else { return }
    guard place.isEmpty else { return }
    place = slab?.place(of: index) ?? "[\(index)]"
    first = DumpedValues(leftType, left).text(index)
    second = DumpedValues(rightType, right).text(index)
  }

  /// Counts what differs; the index of the first that does.
  private mutating func firstDifference(
    _ left: [UInt8], _ leftType: ElementType, _ right: [UInt8], _ rightType: ElementType,
    _ options: DifferenceOptions
  ) -> Int? {
    if case .string(let leftWidth) = leftType, case .string(let rightWidth) = rightType {
      return addTexts(left, leftWidth, right, rightWidth)
    }
    if !leftType.isFloat, !rightType.isFloat {
      if let a = ElementBytes.integers(of: leftType, in: left),
        let b = ElementBytes.integers(of: rightType, in: right)
      {
        return addExact(a, b) { UInt64(bitPattern: Int64($0 > $1 ? $0 &- $1 : $1 &- $0)) }
      }
      if leftType == .uint64, rightType == .uint64,
        let a = ElementBytes.values(of: UInt64.self, in: left),
        let b = ElementBytes.values(of: UInt64.self, in: right)
      {
        return addExact(a, b) { $0 > $1 ? $0 - $1 : $1 - $0 }
      }
    }
    guard let leftNumbers = ElementBytes.numbers(of: leftType, in: left),
      let rightNumbers = ElementBytes.numbers(of: rightType, in: right)
    else { return nil }
    var found: Int?
    for (index, (a, b)) in zip(leftNumbers, rightNumbers).enumerated() {
      if a == b || (a.isNaN && b.isNaN && options.nan == .equal) { continue }
      let limit = options.absolute + options.relative * max(abs(a), abs(b))
      // Infinities have no distance that a tolerance could cover.
      if a.isFinite, b.isFinite, abs(a - b) <= limit {
        toleratedCount += 1
        continue
      }
      note(a, b, distance: abs(a - b))
      found = found ?? index
    }
    return found
  }

  /// Integers are equal or not, and `distance` is exact: 64 bits do not fit into a `Double`.
  private mutating func addExact<Number: FixedWidthInteger>(
    _ left: [Number], _ right: [Number], distance: (Number, Number) -> UInt64
  ) -> Int? {
    var found: Int?
    for (index, (a, b)) in zip(left, right).enumerated() where a != b {
      note(Double(a), Double(b), distance: Double(distance(a, b)))
      found = found ?? index
    }
    return found
  }

  /// Texts are compared without the zeros after them.
  private mutating func addTexts(
    _ left: [UInt8], _ leftWidth: Int, _ right: [UInt8], _ rightWidth: Int
  ) -> Int? {
    var found: Int?
    for index in 0..<(left.count / max(1, leftWidth)) {
      let a = left[(index * leftWidth)..<((index + 1) * leftWidth)]
      let b = right[(index * rightWidth)..<((index + 1) * rightWidth)]
      let shared = min(leftWidth, rightWidth)
      let isEqual =
        a.prefix(shared) == b.prefix(shared) && a.dropFirst(shared).allSatisfy { $0 == 0 }
        && b.dropFirst(shared).allSatisfy { $0 == 0 }
      if isEqual { continue }
      differingCount += 1
      found = found ?? index
    }
    return found
  }

  private mutating func note(_ a: Double, _ b: Double, distance: Double) {
    differingCount += 1
    guard !distance.isNaN else { return }
    largestAbsolute = max(largestAbsolute ?? 0, distance)
    let relative = distance / max(abs(a), abs(b))
    if !relative.isNaN { largestRelative = max(largestRelative ?? 0, relative) }
  }
}

extension ElementType {
  var isFloat: Bool { self == .float32 || self == .float64 }

  /// Whether values of both can be compared: texts with texts, numbers with numbers.
  func isComparable(with other: ElementType) -> Bool {
    if case .string = self {
      if case .string = other { return true }
      return false
    }
    if case .string = other { return false }
    return true
  }
}
