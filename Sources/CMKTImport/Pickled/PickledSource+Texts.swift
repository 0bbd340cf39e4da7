import Codecs

extension PickledSource {
  /// What a text takes at least, bytes.
  private static let leastTextCost = 16

  /// Texts for each of `count` samples, row-major, and how many there are for each.
  ///
  /// - Throws: `ImportFailure.content` where it is something else, or has too many columns.
  func texts(
    _ value: PickleValue, count: Int, _ place: String, limit: Int, mostColumns: Int = 1
  ) throws(ImportFailure) -> (texts: [String], columnCount: Int) {
    var width: Int?
    var array: PickleArray?
    var rows: (elements: [PickleValue], width: Int)?
    if case .array(let found) = document.content(value), let type = found.elementType {
      if found.shape.first == count, isText(type, limit) { width = found.rowElementCount }
      array = found
    } else {
      rows = try self.rows(of: value, count: count)
      width = rows.map { rows in rows.width * (rows.elements.first.map { textCount($0) } ?? 1) }
    }
    guard let width else { throw failure(place, expected: "\(count) texts", found: value) }
    guard (1...mostColumns).contains(width) else {
      throw failure(
        place, expected: mostColumns == 1 ? "one text for each" : "1 to \(mostColumns) for each",
        found: "\(width)", remedy: "write one text for each sample")
    }
    if let array { return (try arrayTexts(array, place), width) }
    return (try objectTexts(rows?.elements ?? [], width / (rows?.width ?? 1), place, limit), width)
  }

  /// Whether elements of `type` are texts that are short enough, or whole numbers, whose spelling
  /// is a text as well.
  private func isText(_ type: NPYType, _ limit: Int) -> Bool {
    switch type {
    case .bytes(let width): width <= 4 * limit
    case .unicode(let width): width <= limit
    default: !type.isFloatingPoint
    }
  }

  /// The texts of an array, read in parts, as each takes the room of the longest in the file.
  private func arrayTexts(
    _ array: PickleArray, _ place: String
  ) throws(ImportFailure) -> [String] {
    var texts: [String] = []
    let rowCount = array.shape.first ?? 1
    let step = array.isRowMajor ? max(1, (1 << 20) / max(1, array.rowByteCount)) : rowCount
    var row = 0
    while row < rowCount {
      let rows = row..<min(row + step, rowCount)
      let read = try reading { document throws(CodecFailure) in
        try document.read(array, rows: rows)
      }
      let own = read.texts ?? (read.integers ?? []).map(String.init)
      try charge(own, place)
      texts += own
      row = rows.upperBound
    }
    return texts
  }

  private func objectTexts(
    _ elements: [PickleValue], _ width: Int, _ place: String, _ limit: Int
  ) throws(ImportFailure) -> [String] {
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard textCount(element) == width, let own = try row(element, limit) else {
        throw failure(
          "\(place)[\(index)]", expected: width == 1 ? "a text" : "\(width) texts", found: element)
      }
      try charge(own, place)
      texts += own
    }
    return texts
  }

  private func charge(_ texts: [String], _ place: String) throws(ImportFailure) {
    try charge(texts.reduce(0) { $0 + max(Self.leastTextCost, $1.utf8.count) }, place)
  }

  /// How many texts `value` is: rows of several come as lists, tuples or arrays.
  private func textCount(_ value: PickleValue) -> Int {
    if case .array(let array) = document.content(value) { return array.count }
    return document.elementCount(value) ?? 1
  }

  private func row(_ value: PickleValue, _ limit: Int) throws(ImportFailure) -> [String]? {
    if case .array(let array) = document.content(value), let type = array.elementType {
      guard isText(type, limit) else { return nil }
      let read = try reading { document throws(CodecFailure) in try document.read(array) }
      return read.texts ?? read.integers?.map(String.init)
    }
    guard let elements = document.elements(value) else {
      return try text(value, limit).map { [$0] }
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

  /// The text at `place`, accounted for; nil where there is none: `None`, or NaN.
  ///
  /// - Throws: `ImportFailure.content` where something else stands there.
  func optionalText(
    _ value: PickleValue, _ limit: Int, _ place: String
  ) throws(ImportFailure) -> String? {
    switch document.content(value) {
    case .none: return nil
    case .float(let number) where number.isNaN: return nil
    default: break
    }
    guard let text = try text(value, limit) else {
      throw failure(place, expected: "a text or None", found: value)
    }
    try charge([text], place)
    return text
  }
}
