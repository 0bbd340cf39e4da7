import Codecs

/// Checked access to the arrays of an `npz-dialogue` file.
struct DialogueSource {
  let name: String
  private let archive: NPZArchive

  init(name: String, archive: NPZArchive) {
    self.name = name
    self.archive = archive
  }

  /// Ids, lengths, intervals and labels come to this at most.
  private static let mostBytesAtOnce = 1 << 30

  /// The array called `array`, to be read in parts.
  ///
  /// - Throws: `ImportFailure`.
  func file(_ array: String) throws(ImportFailure) -> NPYFile {
    do throws(CodecFailure) {
      if let found = try archive.file(array) { return found }
    } catch {
      throw ImportFailure(error, source: name)
    }
    throw failure(array, expected: "an array", found: "none")
  }

  /// The numbers of `file`, the array called `array`.
  ///
  /// - Throws: `ImportFailure`.
  func numbers(_ file: NPYFile, _ array: String) throws(ImportFailure) -> any NumberArray {
    try NPYNumbers(file, path: name, name: array)
  }

  /// The array called `array`, whole.
  ///
  /// - Throws: `ImportFailure`.
  func load(_ array: String) throws(ImportFailure) -> NPYArray {
    let file = try file(array)
    guard file.count <= Self.mostBytesAtOnce / max(1, file.type.byteCount) else {
      throw failure(
        array, expected: "at most \(Self.mostBytesAtOnce) bytes of ids, times or labels",
        found: "shape \(Self.text(file.shape)) of \(file.type.descriptor)")
    }
    do throws(CodecFailure) {
      if let found = try archive.array(array) { return found }
    } catch {
      throw ImportFailure(error, source: name)
    }
    throw failure(array, expected: "an array", found: "none")
  }

  /// One text per sequence; whole numbers are spelled out.
  ///
  /// - Throws: `ImportFailure`.
  func texts(_ array: String, count: Int? = nil) throws(ImportFailure) -> [String] {
    let loaded = try load(array)
    try check(loaded, array, shape: [count ?? loaded.elements.count])
    let texts =
      loaded.texts ?? (loaded.type.isFloatingPoint ? nil : loaded.integers?.map(String.init))
    guard let texts else {
      throw failure(array, expected: "texts (dtype U or S)", found: loaded.type.descriptor)
    }
    for (index, text) in texts.enumerated() where !Self.isPlain(text) {
      throw failure(
        array, at: "[\(index)]", expected: "a text without control characters, 1 to 255 bytes",
        found: text.isEmpty ? "an empty one" : "another")
    }
    return texts
  }

  /// Whether `text` can stand in a file and on a terminal.
  private static func isPlain(_ text: String) -> Bool {
    (1...255).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) }
  }

  /// Refuses an array whose extents are not `shape`.
  ///
  /// - Throws: `ImportFailure.content`.
  func check(_ loaded: NPYArray, _ array: String, shape: [Int]) throws(ImportFailure) {
    try check(loaded.shape, array, shape: shape)
  }

  /// Refuses extents that are not `shape`.
  ///
  /// - Throws: `ImportFailure.content`.
  func check(_ found: [Int], _ array: String, shape: [Int]) throws(ImportFailure) {
    guard found == shape else {
      throw failure(
        array, expected: "shape \(Self.text(shape))", found: Self.text(found),
        remedy: "pad all arrays of a split to the same numbers of sequences and frames")
    }
  }

  /// A failure that concerns `array`, at the index `place` where it is given.
  func failure(
    _ array: String, at place: String = "", expected: String, found: String, remedy: String = ""
  ) -> ImportFailure {
    .content(
      source: name, place: "array '\(array)'\(place)", expected: expected, found: found,
      remedy: remedy)
  }

  /// `(2, 3)`, as NumPy spells shapes.
  static func text(_ shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}
