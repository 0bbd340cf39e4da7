import Codecs

/// Labels or lengths: a row of numbers for each sample, row-major.
struct PickledMatrix {
  var values: [Float]
  var columnCount: Int
  /// Whether the file stores whole numbers as such.
  var isIntegral: Bool
}

extension PickledSource {
  /// One kind of labels has at most this many numbers.
  private static let mostLabels = 1 << 22

  /// The values of an array, or of a list of numbers, arrays or lists of equal size, and how many
  /// there are for each of its `count` rows.
  ///
  /// - Throws: `ImportFailure.content` where it is none, has another number of rows, or too many
  ///   columns.
  func matrix(
    _ value: PickleValue, count: Int, _ place: String, mostColumns: Int = 4096
  ) throws(ImportFailure) -> PickledMatrix {
    if let array = numbers(value), array.shape.first == count {
      try checkSize(count, array.rowElementCount, mostColumns, place)
      return try matrix(array, array.rowElementCount)
    }
    guard let rows = try rows(of: value, count: count) else {
      throw failure(place, expected: "\(count) numbers or rows of numbers", found: value)
    }
    let width = rows.width * (rows.elements.first.map { numberCount($0) } ?? 1)
    try checkSize(count, width, mostColumns, place)
    var matrix = PickledMatrix(values: [], columnCount: width, isIntegral: true)
    matrix.values.reserveCapacity(count * width)
    for (index, element) in rows.elements.enumerated() {
      guard numberCount(element) * rows.width == width, try append(element, to: &matrix) else {
        throw failure(
          "\(place)[\(index / rows.width)]",
          expected: width == 1 ? "a number" : "\(width) numbers", found: element)
      }
    }
    return matrix
  }

  /// The elements of a list of `count`, or of an array of objects with so many rows, and how many
  /// of them are a row.
  func rows(
    of value: PickleValue, count: Int
  ) throws(ImportFailure) -> (elements: [PickleValue], width: Int)? {
    guard let elements = document.elements(value) else { return nil }
    if case .array(let array) = document.content(value), array.shape.count > 1 {
      guard array.shape[0] == count, array.rowElementCount > 0 else { return nil }
      return (elements, array.rowElementCount)
    }
    return elements.count == count ? (elements, 1) : nil
  }

  /// How many numbers `value` is, if it is made of numbers at all.
  private func numberCount(_ value: PickleValue) -> Int {
    numbers(value)?.count ?? document.elementCount(value) ?? 1
  }

  private func checkSize(
    _ count: Int, _ columnCount: Int, _ mostColumns: Int, _ place: String
  ) throws(ImportFailure) {
    guard columnCount <= mostColumns, count * columnCount <= Self.mostLabels, columnCount > 0
    else {
      let most = min(mostColumns, Self.mostLabels / max(1, count))
      throw failure(
        place, expected: most == 1 ? "a number for each sample" : "1 to \(most) numbers for each",
        found: "\(columnCount)", remedy: "write features under a key of their own")
    }
    try charge(count * columnCount * MemoryLayout<Float>.stride, place)
  }

  /// Appends the numbers of one row; false where it is made of something else.
  private func append(
    _ value: PickleValue, to matrix: inout PickledMatrix
  ) throws(ImportFailure) -> Bool {
    if let array = numbers(value) {
      let read = try self.matrix(array, array.count)
      matrix.values += read.values
      matrix.isIntegral = matrix.isIntegral && read.isIntegral
      return true
    }
    for element in document.elements(value) ?? [value] {
      let number = try reading { document throws(CodecFailure) in try document.number(element) }
      guard let number else { return false }
      matrix.values.append(Float(number))
      if case .integer = document.content(element) { continue }
      if numbers(element)?.elementType?.isFloatingPoint ?? true { matrix.isIntegral = false }
    }
    return true
  }

  private func matrix(
    _ array: PickleArray, _ columnCount: Int
  ) throws(ImportFailure) -> PickledMatrix {
    let read = try reading { document throws(CodecFailure) in try document.read(array) }
    return PickledMatrix(
      values: read.floats ?? [], columnCount: columnCount, isIntegral: !read.type.isFloatingPoint)
  }
}
