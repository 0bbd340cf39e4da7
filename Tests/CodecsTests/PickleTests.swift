import Codecs
import Testing

@Suite struct PickleTests {
  /// Looks values up by key and reads them, failing the test where one is missing.
  private struct Sample {
    let document: PickleDocument

    init(_ bytes: [UInt8], _ limits: PickleLimits = PickleLimits()) throws {
      document = try PickleDocument(bytes: bytes, limits: limits)
    }

    func value(_ key: String) throws -> PickleValue {
      try #require(try document.member(document.root, key), "\(key)")
    }

    func array(_ key: String) throws -> NPYArray { try array(value(key)) }

    func array(_ value: PickleValue) throws -> NPYArray {
      guard case .array(let array) = document.content(value) else {
        throw CodecFailure.unreadable(file: "", reason: document.noun(value))
      }
      return try document.read(array)
    }

    func contents(_ key: String) throws -> [PickleContent] {
      try #require(document.elements(try value(key))).map { document.content($0) }
    }
  }

  static let matrix = NPYArray(shape: [2, 3], floats: [1.5, -2, 3.25, 4, 5, 6])

  @Test(arguments: PickleFixtures.names) func arraysOfEveryWriter(name: String) throws {
    let sample = try Sample(PickleFixtures.pickle(name))
    #expect(try sample.array("float") == Self.matrix)
    #expect(try sample.array("double").doubles == [0, 1.25, 2.5, 3.75, 5, 6.25])
    let moved = try sample.array("moved")
    #expect(moved.shape == [4, 3, 2])
    let expected = (0..<24).map { place in
      let (d, a, b) = (place / 6, place % 6 / 2, place % 2)
      return a * 8 + b * 4 + d
    }
    #expect(moved.integers == expected)
    #expect(try sample.array("strided").integers == [11, 8, 5, 2])
    #expect(try sample.array("flags").elements == .flags([true, false]))
    #expect(try sample.array("unicode").texts == ["a", "grüß"])
    #expect(try sample.array("octets").texts == ["ab", "c"])
    #expect(try sample.array("empty").shape == [0, 4])
    #expect(try sample.array("wide").integers == Array(0..<256))
    #expect(try sample.document.number(sample.value("scalar")) == 1.5)
  }

  @Test(arguments: PickleFixtures.names) func rowsOfEveryOrder(name: String) throws {
    let sample = try Sample(PickleFixtures.pickle(name))
    for key in ["float", "double", "moved", "strided", "wide"] {
      guard case .array(let array) = sample.document.content(try sample.value(key)) else {
        Issue.record("\(key) is no array")
        continue
      }
      let whole = try #require(try sample.document.read(array).doubles)
      for first in 0...array.shape[0] {
        for end in first...array.shape[0] {
          let rows = try sample.document.read(array, rows: first..<end)
          let width = array.rowElementCount
          #expect(rows.doubles == Array(whole[(first * width)..<(end * width)]), "\(key)")
        }
      }
    }
  }

  @Test(arguments: PickleFixtures.names) func ordersAreReadAtOnceOrRunByRun(name: String) throws {
    var limits = PickleLimits()
    limits.unorderedByteCount = 0
    let runs = try Sample(PickleFixtures.pickle(name), limits)
    let whole = try Sample(PickleFixtures.pickle(name))
    for key in ["float", "moved", "strided"] {
      #expect(try runs.array(key) == whole.array(key), "\(key)")
    }
  }

  @Test func dictionariesAreNamedByTheirKeys() throws {
    let nouns = [
      "(dS'a'\nI1\ns.": "a dictionary with the keys 'a'", "(d.": "an empty dictionary",
      "(dI1\nI1\ns.": "a dictionary of 1 whose keys are no names",
    ]
    for (text, noun) in nouns {
      let document = try PickleDocument(bytes: Array(text.utf8))
      #expect(document.noun(document.root) == noun)
    }
  }

  @Test(arguments: PickleFixtures.names) func objectsOfEveryWriter(name: String) throws {
    let sample = try Sample(PickleFixtures.pickle(name))
    let document = sample.document
    let objects = try #require(document.elements(try sample.value("objects")))
    #expect(try document.text(objects[0]) == "word")
    #expect(try sample.array(objects[1]) == Self.matrix)
    #expect(document.content(objects[2]) == .none)
    let shared = try #require(document.elements(try sample.value("shared")))
    #expect(shared == [objects[1], objects[1]])
    let numbers: [PickleContent] = [
      .integer(1), .integer(-1), .integer(255), .integer(65535), .integer(-70000),
      .integer(1 << 40), .integer(.min), .boolean(true), .boolean(false), .none, .float(1.5),
      .float(.infinity),
    ]
    #expect(try sample.contents("numbers") == numbers)
    #expect(document.content(try sample.value("huge")) == .other)
    #expect(try document.text(sample.value("text")) == "grüß \\ \n € 😀")
    #expect(try document.text(sample.value("word")) == "plain")
    // \xff is no UTF-8, so the bytes are shown as latin1.
    #expect(try document.text(sample.value("bytes")) == "\u{0}ÿ\n\\'\"")
    #expect(try sample.contents("set") == [.integer(7)])
    #expect(try sample.contents("frozen") == [.integer(8)])
    let list = try #require(try document.member(sample.value("default"), "k"))
    #expect(document.content(list) == .list(count: 1))
    #expect(try sample.contents("tuples") == (0..<5).map { .tuple(count: $0) })
    #expect(document.content(try sample.value("dict")) == .dictionary(count: 1))
  }

  @Test(arguments: PickleFixtures.names) func everyTruncationIsRefused(name: String) throws {
    let bytes = try PickleFixtures.pickle(name)
    for count in 0..<bytes.count {
      let failure = #expect(throws: CodecFailure.self) {
        try PickleDocument(bytes: Array(bytes.prefix(count)))
      }
      if case .truncated(let finding) = failure {
        #expect((finding.byteOffset ?? .max) <= count)
      }
    }
  }

  @Test(arguments: PickleFixtures.names) func everyChangedByteIsHandled(name: String) throws {
    let bytes = try PickleFixtures.pickle(name)
    for index in bytes.indices {
      for change: UInt8 in [0x01, 0x20, 0x80, 0xff] {
        var changed = bytes
        changed[index] ^= change
        guard let document = try? PickleDocument(bytes: changed) else { continue }
        readEverything(document)
      }
    }
  }

  /// Reads each array and text that the root reaches in two steps.
  private func readEverything(_ document: PickleDocument) {
    for (_, value) in (try? document.members(document.root)) ?? [] {
      for place in [value] + (document.elements(value) ?? []).prefix(8) {
        _ = try? document.text(place)
        _ = try? document.number(place)
        _ = document.noun(place)
        if case .array(let array) = document.content(place), array.elementType != nil {
          _ = try? document.read(array)
        }
      }
    }
  }

  @Test func signatureOfEveryProtocol() throws {
    for name in PickleFixtures.names {
      let bytes = try PickleFixtures.pickle(name)
      #expect(FileSignature(prefix: Array(bytes.prefix(512))) == .pickle, "\(name)")
    }
    for text in [
      "name;time\n'a';0\n", "1.5,2.5\n", "frame, face_id\n1, 2\n", "[1, 2]\n", "(hello)\n",
      "F0,F1\n0,1\n", "I think\n", "S\n", "Frametime,Face X\n0,1\n", "a,b\n", "N,M\n1,2\n",
      "\"0.5\",\"1\"\n", "G", "K", "], []",
      "id,time,arousal\nP01,0,1\n", "confidence;x\n1;2\n", "class\n0\n1\n", "i\n0\n1\n",
    ] {
      #expect(FileSignature(prefix: Array(text.utf8)) == .unknown, "\(text)")
    }
    for text in [
      "cos\nsystem\n(S'x'\ntR.", "S'" + String(repeating: "\\x41", count: 100),
      "V" + String(repeating: "\\u0041", count: 100),
    ] {
      #expect(FileSignature(prefix: Array(text.utf8)) == .pickle, "\(text)")
    }
  }
}
