import CMKTFormat
import CMKTImport
import Codecs
import TestSupport
import Testing

@Suite struct DialogueRefusalTests {
  /// A change that breaks the layout, and a word that the message must hold.
  struct Breakage: Sendable, CustomTestStringConvertible {
    let word: String
    let change: @Sendable (inout DialogueFixture) -> Void
    var testDescription: String { word }

    init(_ word: String, _ change: @escaping @Sendable (inout DialogueFixture) -> Void) {
      self.word = word
      self.change = change
    }
  }

  static let breakages: [Breakage] = [
    Breakage("length_train") { $0["length_train"] = nil },
    Breakage("id_test") { $0["id_test"] = nil },
    Breakage("audio_test") { $0["audio_test"] = nil },
    Breakage("interval_test") { $0["interval_test"] = nil },
    Breakage("(2, 4)") { $0["label_train"] = NPYArray(shape: [2, 4], integers: .init(0..<8)) },
    Breakage("found 3") {
      $0["audio_test"] = NPYArray(shape: [1, 2, 3], floats: .init(repeating: 1, count: 6))
    },
    Breakage("0 to 3") { $0["length_train"] = NPYArray(shape: [2], integers: [4, 1]) },
    Breakage("found -1") { $0["length_train"] = NPYArray(shape: [2], integers: [-1, 1]) },
    Breakage("whole numbers") { $0["length_train"] = NPYArray(shape: [2], floats: [1.5, 1]) },
    Breakage("second time") { $0["id_test"] = NPYArray(texts: ["a"]) },
    Breakage("empty one") { $0["id_test"] = NPYArray(texts: [""]) },
    Breakage("control characters") { $0["id_test"] = NPYArray(texts: ["\u{1b}[1m"]) },
    Breakage("texts") { $0["id_test"] = NPYArray(shape: [1], floats: [1]) },
    Breakage("2.0 to 1.0") {
      $0["interval_test"] = NPYArray(shape: [1, 2, 2], doubles: [2, 1, 0, 0])
    },
    Breakage("nan") {
      $0["interval_test"] = NPYArray(shape: [1, 2, 2], doubles: [0, .nan, 0, 0])
    },
    Breakage("'extra'") { $0["extra"] = NPYArray(shape: [1], integers: [1]) },
    Breakage("numbers") { $0["words_train"] = NPYArray(texts: ["x", "y"]) },
    Breakage("flags") {
      $0["audio_valid_train"] = NPYArray(shape: [2, 3], integers: [1, 2, 1, 1, 1, 0])
    },
    Breakage("at least one sequence") {
      $0["length_train"] = NPYArray(shape: [2], integers: [0, 0])
      $0["length_test"] = NPYArray(shape: [1], integers: [0])
    },
    Breakage("one spelling") {
      $0["audio_dev"] = $0["audio_test"]; $0["audio_val"] = $0["audio_test"]
    },
  ]

  @Test(arguments: breakages) func brokenLayout(_ breakage: Breakage) {
    var fixture = DialogueFixture()
    breakage.change(&fixture)
    let failure = #expect(throws: ImportFailure.self) { try fixture.read() }
    let text = failure?.description ?? ""
    #expect(text.contains(breakage.word), "\(text)")
    #expect(text.contains("small.npz"))
  }

  @Test func unknownNamesFromTheUser() throws {
    let fixture = DialogueFixture()
    #expect(
      throws: ImportFailure.unknownName(
        kind: "target", name: "lable", known: ["label", "sentiment"])
    ) { try fixture.read { $0.reading.targets = ["lable"] } }
    #expect(
      throws: ImportFailure.unknownName(kind: "modality", name: "text", known: ["audio"])
    ) { try fixture.read { $0.fittedOn = ["text": ["train"]] } }
    #expect(
      throws: ImportFailure.unknownName(
        kind: "split of the source", name: "dev", known: ["train", "test"])
    ) { try fixture.read { $0.fittedOn = ["audio": ["dev"]] } }
  }

  @Test func otherArchivesAreRefused() throws {
    var fixture = DialogueFixture()
    fixture.arrays = [("x", NPYArray(texts: ["a"]))]
    let failure = #expect(throws: ImportFailure.self) { try fixture.read() }
    #expect(failure?.description.contains("id_SPLIT") == true)
  }

  @Test func everyTruncationIsBadData() throws {
    let folder = try TemporaryFolder()
    let whole = NPZArchive.bytes(DialogueFixture().arrays, level: 6)
    for count in stride(from: 4, to: whole.count, by: 7) {
      let path = try folder.write(Array(whole.prefix(count)), to: "cut.npz")
      let failure = #expect(throws: ImportFailure.self) {
        try imported(ImportRequest(source: path))
      }
      guard case .container = failure else {
        Issue.record("\(count): \(String(describing: failure))")
        return
      }
    }
  }

  @Test func missingFilesFoldersAndForeignContent() throws {
    let folder = try TemporaryFolder()
    let missing = #expect(throws: ImportFailure.self) {
      try imported(ImportRequest(source: folder.file("none.npz")))
    }
    guard case .unreadable = missing else {
      Issue.record("\(String(describing: missing))")
      return
    }
    let empty = #expect(throws: ImportFailure.self) {
      try imported(ImportRequest(source: folder.path))
    }
    #expect(empty?.description.contains("a folder in no layout") == true)
    let page = try folder.write(Array("<!DOCTYPE html>".utf8), to: "page.npz")
    let failure = #expect(throws: ImportFailure.self) {
      try imported(ImportRequest(source: page))
    }
    #expect(failure?.description.contains("web page") == true)
  }
}
