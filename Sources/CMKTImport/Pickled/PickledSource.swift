import CMKTFormat
import Codecs

/// A pickle that is being imported, and what to call places in it.
struct PickledSource: Sendable {
  let path: String
  let document: PickleDocument
  /// The name of the format, for the list of sources.
  let format: String
  private let allowance: PickledAllowance

  /// A dump has at most this many samples.
  static let mostSamples = 1 << 18
  /// A modality has at most this many columns.
  static let mostFeatures = 1 << 16
  /// An id of a sample is shorter than this.
  static let longestID = 256

  init(path: String, document: PickleDocument, format: String) {
    self.path = path
    self.document = document
    self.format = format
    allowance = PickledAllowance(fileByteCount: document.byteCount)
  }

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

  /// Accounts for `byteCount` bytes of labels, lengths, ids or texts that are about to be kept.
  ///
  /// - Throws: `ImportFailure.content` where they are far more than the file.
  func charge(_ byteCount: Int, _ place: String) throws(ImportFailure) {
    guard allowance.take(byteCount) else {
      throw failure(
        place, expected: "labels and texts of at most four times the file's size",
        found: "more in a file of \(document.byteCount) bytes",
        remedy: "write each value once")
    }
  }

  /// The source's line in the list of files.
  var file: SourceFile { SourceFile(path: path, format: format) }
}
