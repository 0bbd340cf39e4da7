import CMKTFormat
import Codecs

/// A pickle that is being imported, and what to call places in it.
struct PickledSource: Sendable {
  let path: String
  let document: PickleDocument
  /// The name of the format, for the list of sources.
  let format: String

  /// A dump has fewer samples than this.
  static let mostSamples = 1 << 18
  /// A modality has fewer columns than this.
  static let mostFeatures = 1 << 16
  /// An id of a sample is shorter than this.
  static let longestID = 256

  /// What `body` reads, its failures told as those of this file.
  func reading<Value>(
    _ body: (PickleDocument) throws(CodecFailure) -> Value
  ) throws(ImportFailure) -> Value {
    do throws(CodecFailure) {
      return try body(document)
    } catch {
      throw ImportFailure(error, source: path)
    }
  }

  /// The failure that `place` is not what the layout asks for.
  func failure(
    _ place: String, expected: String, found: String, remedy: String = ""
  ) -> ImportFailure {
    .content(source: path, place: place, expected: expected, found: found, remedy: remedy)
  }

  /// The failure that `value` at `place` is not what the layout asks for.
  func failure(_ place: String, expected: String, found value: PickleValue) -> ImportFailure {
    failure(
      place, expected: expected, found: document.noun(value),
      remedy: "write it as the layout has it; see Formats/import/pickle.md")
  }

  /// The member `key` of the dictionary `value`, if there is one.
  func member(_ value: PickleValue, _ key: String) throws(ImportFailure) -> PickleValue? {
    try reading { document throws(CodecFailure) in try document.member(value, key) }
  }

  /// The array of numbers that `value` is; nil for others.
  func numbers(_ value: PickleValue) -> PickleArray? {
    guard case .array(let array) = document.content(value) else { return nil }
    return switch array.elementType {
    case nil, .bytes, .unicode: nil
    default: array
    }
  }

  /// The values of a short array, a list of numbers, or a list of arrays of equal size, row-major,
  /// and how many there are for each of its `count` rows.
  ///
  /// - Throws: `ImportFailure.content` where it is none, or has another number of rows.
  func matrix(
    _ value: PickleValue, count: Int, _ place: String
  ) throws(ImportFailure) -> (values: [Float], columnCount: Int, isIntegral: Bool) {
    let expected = "\(count) numbers or rows of numbers"
    if let array = numbers(value) {
      guard array.shape.first == count, array.rowElementCount <= 1 << 16 else {
        throw failure(place, expected: expected, found: value)
      }
      let read = try reading { document throws(CodecFailure) in try document.read(array) }
      let isIntegral = read.integers != nil && !read.type.isFloatingPoint
      return (read.floats ?? [], array.rowElementCount, isIntegral)
    }
    guard document.elementCount(value) == count, let rows = document.elements(value) else {
      throw failure(place, expected: expected, found: value)
    }
    var values: [Float] = []
    var columnCount: Int?
    var isIntegral = true
    for (index, row) in rows.enumerated() {
      var own: [Float] = []
      if let array = numbers(row), array.count <= 1 << 16 {
        let read = try reading { document throws(CodecFailure) in try document.read(array) }
        own = read.floats ?? []
        isIntegral = isIntegral && !read.type.isFloatingPoint
      } else if let number = try reading({ document throws(CodecFailure) in
        try document.number(row)
      }) {
        own = [Float(number)]
        if case .integer = document.content(row) {} else { isIntegral = false }
      }
      guard !own.isEmpty, columnCount == nil || columnCount == own.count else {
        throw failure("\(place)[\(index)]", expected: "a number", found: row)
      }
      columnCount = own.count
      values += own
    }
    return (values, columnCount ?? 1, isIntegral)
  }

  /// Texts, one for each of `count` samples; of an array with several columns the first.
  ///
  /// - Throws: `ImportFailure.content`.
  func texts(
    _ value: PickleValue, count: Int, _ place: String, limit: Int
  ) throws(ImportFailure) -> (texts: [String], columnCount: Int) {
    var texts: [String]?
    var rowCount = document.elementCount(value)
    if case .array(let array) = document.content(value) {
      rowCount = array.shape.first
      switch array.elementType {
      case .bytes(let width) where width <= 4 * limit, .unicode(let width) where width <= limit:
        texts = try arrayTexts(array)
      case nil: texts = try objectTexts(value, place, limit)
      default: break
      }
    } else {
      texts = try objectTexts(value, place, limit)
    }
    guard let texts, rowCount == count, count == 0 || texts.count.isMultiple(of: count) else {
      throw failure(place, expected: "\(count) texts", found: value)
    }
    return (texts, count == 0 ? 1 : texts.count / count)
  }

  /// The texts of an array, read in parts, as each takes the room of the longest in the file.
  private func arrayTexts(_ array: PickleArray) throws(ImportFailure) -> [String] {
    var texts: [String] = []
    let rowCount = array.shape.first ?? 1
    let step = array.isRowMajor ? max(1, (1 << 20) / max(1, array.rowByteCount)) : rowCount
    var row = 0
    while row < rowCount {
      let rows = row..<min(row + step, rowCount)
      texts += try reading { document throws(CodecFailure) in
        try document.read(array, rows: rows).texts ?? []
      }
      row = rows.upperBound
    }
    return texts
  }

  private func objectTexts(
    _ value: PickleValue, _ place: String, _ limit: Int
  ) throws(ImportFailure) -> [String]? {
    guard let elements = document.elements(value) else { return nil }
    var texts: [String] = []
    for element in elements {
      // Rows of several texts come as lists, tuples or arrays.
      guard let text = try text(element, limit) else {
        guard let row = try row(element, limit) else {
          throw failure("\(place)[\(texts.count)]", expected: "a text", found: element)
        }
        texts += row
        continue
      }
      texts.append(text)
    }
    return texts
  }

  private func row(_ value: PickleValue, _ limit: Int) throws(ImportFailure) -> [String]? {
    if case .array(let array) = document.content(value), array.count <= 16 {
      switch array.elementType {
      case .bytes, .unicode:
        return try reading { document throws(CodecFailure) in try document.read(array) }.texts
      default: break
      }
    }
    guard let elements = document.elements(value), (1...16).contains(elements.count) else {
      return nil
    }
    var texts: [String] = []
    for element in elements {
      guard let text = try text(element, limit) else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// The text that `value` is, or the spelling of the number that it is.
  func text(_ value: PickleValue, _ limit: Int) throws(ImportFailure) -> String? {
    if let text = try reading({ document throws(CodecFailure) in
      try document.text(value, limit: limit)
    }) {
      return text
    }
    return switch document.content(value) {
    case .integer(let number): "\(number)"
    case .float(let number): "\(number)"
    default: nil
    }
  }

  /// Refuses a file whose samples, each as often as it is referred to, are far more than the file.
  ///
  /// - Throws: `ImportFailure.content`.
  func checkSharing(_ samples: [PickledSamples]) throws(ImportFailure) {
    let byteCount = samples.reduce(0) { $0 + $1.byteCount }
    guard byteCount / 4 <= document.byteCount else {
      throw failure(
        "arrays", expected: "at most four references to each",
        found: "\(byteCount) bytes of values in a file of \(document.byteCount)",
        remedy: "write each sample once")
    }
  }

  /// The source's line in the list of files.
  var file: SourceFile { SourceFile(path: path, format: format) }
}
