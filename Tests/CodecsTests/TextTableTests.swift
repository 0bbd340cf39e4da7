import Codecs
import Glibc
import TestSupport
import Testing

@Suite struct TextTableTests {
  private func source(_ text: String) -> TextTable.Source {
    .bytes(Array(text.utf8), name: "table")
  }

  /// All rows of `table`: numbers, texts and lines.
  private func all(
    _ table: TextTable, numbers: [Int], texts: [Int] = [], missing: Set<String> = []
  ) throws -> (numbers: [[Double]], texts: [[String]], lines: [Int]) {
    var rows = try table.rows(numbers: numbers, texts: texts, missing: missing)
    var result: (numbers: [[Double]], texts: [[String]], lines: [Int]) = ([], [], [])
    while try rows.next() {
      result.numbers.append(rows.numbers)
      result.texts.append(rows.texts)
      result.lines.append(rows.line)
    }
    return result
  }

  private func failure(_ body: () throws -> Void) throws -> String {
    let failure = #expect(throws: CodecFailure.self) { try body() }
    return try #require(failure).description
  }

  @Test func goldStandardWithCarriageReturns() throws {
    let text =
      "% made by hand\r\n@relation GOLDSTANDARD\r\n\r\n@attribute Instance_name string\r\n"
      + "@ATTRIBUTE 'frame Time' numeric\r\n@attribute GoldStandard REAL\r\n\r\n@data\r\n\r\n"
      + "dev_1,0,0.01\r\n'dev, 1' , 0.04 ,?\r\n% a remark\r\n\"it's\\\" 2\",8e-2,-1\r\n"
    let table = try TextTable.arff(source(text))
    #expect(table.columns.map(\.name) == ["Instance_name", "frame Time", "GoldStandard"])
    #expect(table.columns.map(\.kind) == [.text, .number, .number])
    let rows = try all(table, numbers: [2, 1], texts: [0])
    #expect(rows.texts == [["dev_1"], ["dev, 1"], ["it's\" 2"]])
    #expect(rows.numbers.map { $0[1] } == [0, 0.04, 0.08])
    #expect(rows.numbers[0][0] == 0.01 && rows.numbers[1][0].isNaN && rows.numbers[2][0] == -1)
    #expect(rows.lines == [10, 11, 13])
  }

  @Test func nominalAttributes() throws {
    let table = try TextTable.arff(
      source("@RELATION a\n@ATTRIBUTE class {0, 'b c' ,d e}\n@ATTRIBUTE x{1}\n@DATA\n0,1\nd e,1"))
    #expect(table.columns[0].kind == .nominal(["0", "b c", "d e"]))
    #expect(table.columns[1].kind == .nominal(["1"]))
    #expect(table.columns[1].name == "x")
    #expect(try all(table, numbers: [1], texts: [0]).texts == [["0"], ["d e"]])
  }

  @Test func brokenARFF() throws {
    func read(_ text: String) throws -> String {
      try failure {
        let table = try TextTable.arff(source(text))
        _ = try all(table, numbers: Array(table.columns.indices))
      }
    }
    let head = "@relation r\n@attribute a numeric\n@attribute b numeric\n"
    #expect(try read(head).contains("line 3: expected @data, found the end of the file"))
    #expect(try read(head + "@data\n1,2\n\n3\n").contains("line 7: expected 2 cells, found 1"))
    #expect(try read(head + "@data\n1,2,3\n").contains("line 5: expected 2 cells, found 3"))
    #expect(try read(head + "@data\n{0 1}\n").contains("sparse row"))
    #expect(try read(head + "@data\n1,x\n").contains("line 5: expected a number in column 2 (b)"))
    #expect(try read(head + "@data\n1,'2\n").contains("line 5: expected a closing '"))
    #expect(try read(head + "@attribute c relational\n@data\n").contains("relational"))
    #expect(try read(head + "@attribute c blob\n@data\n").contains("line 4"))
    #expect(try read(head + "@attribute c {a,b\n@data\n").contains("expected } after"))
    #expect(try read(head + "wrong\n@data\n").contains("line 4"))
    #expect(try read("@relation r\n@data\n1\n").contains("@attribute"))
  }

  @Test func delimitersAndHeaders() throws {
    let faces = try TextTable.delimited(
      source("frame, face_id, timestamp, confidence\n1, 0, 0.000, 0.98\n2, 0, 0.033, 0.97\n"))
    #expect(faces.columns.map(\.name) == ["frame", "face_id", "timestamp", "confidence"])
    #expect(try all(faces, numbers: [2, 3]).numbers == [[0, 0.98], [0.033, 0.97]])
    let ratings = try TextTable.delimited(source("\u{feff}time;FM1 ;FF3 \r\n0;-1;2;\r\n1;3;\r\n"))
    #expect(ratings.columns.map(\.name) == ["time", "FM1", "FF3"])
    let rated = try all(ratings, numbers: [0, 2]).numbers
    #expect(rated[0] == [0, 2] && rated[1][0] == 1 && rated[1][1].isNaN)
    let bare = try TextTable.delimited(source("\"211.09\",\"0.6\",\"1\"\n\"1\",\"2\",\"0\"\n"))
    #expect(!bare.hasNames && bare.columns.count == 3)
    #expect(try all(bare, numbers: [0, 2]).numbers == [[211.09, 1], [1, 0]])
    let sewa = try TextTable.delimited(
      source("name;timestamp;arousal\n'Train;01';0.0;-0.1\n'Train;01';0.1;NaN\n"))
    #expect(try all(sewa, numbers: [], texts: [0]).texts == [["Train;01"], ["Train;01"]])
    let frame = try TextTable.delimited(source(",0,1\n0,1.5,2\n1,3,4\n"))
    #expect(frame.hasNames && frame.columns.map(\.name) == ["", "0", "1"])
    let words = try TextTable.delimited(
      source("\"v_1\",\"A, \"\"B\"\"; C\nD\",\"93\"\n\"v_2\",\"E\",\"93\""), header: .absent)
    #expect(
      try all(words, numbers: [2], texts: [0, 1]).texts == [
        ["v_1", "A, \"B\"; C\nD"], ["v_2", "E"],
      ])
    #expect(try all(words, numbers: [2]).lines == [1, 3])
    let single = try TextTable.delimited(source("arousal\n0.5\n\n0.25\n"))
    #expect(single.hasNames && single.columns.count == 1)
    #expect(try all(single, numbers: [0]).numbers == [[0.5], [0.25]])
    let tabs = try TextTable.delimited(source("a\tb\n\t2\n1\t\n"))
    #expect(try all(tabs, numbers: [0]).numbers.last == [1])
  }

  @Test func decimalCommas() throws {
    for text in ["a;b\n1,25;-2\n0,5;1e-1\n", "a\tb\n1,25\t-2\n0,5\t1e-1\n"] {
      let table = try TextTable.delimited(source(text))
      #expect(table.hasNames)
      #expect(try all(table, numbers: [0, 1]).numbers.flatMap { $0 } == [1.25, -2, 0.5, 0.1])
    }
    let bare = try TextTable.delimited(source("0;0,5;1,5\n0,04;0,25;2,5\n0,08;1;-0,5\n"))
    #expect(try all(bare, numbers: [0, 1, 2]).numbers[1] == [0.04, 0.25, 2.5])
    #expect(DecimalNumber.parse("1,000000000000000000000000000001e2", point: 0x2c) == 100)
  }

  @Test func textOfOneByteEach() throws {
    let bytes: [UInt8] = Array("n\u{e4}me,x\n".utf8) + [0xe9, 0x2c, 0x31, 10, 0x80, 0x2c, 0x32, 10]
    let table = try TextTable.delimited(.bytes(bytes, name: "test.csv"), header: .present)
    #expect(table.columns[0].name == "n\u{e4}me" && !table.hasForeignNames)
    var rows = try table.rows(numbers: [], texts: [0])
    var texts: [String] = []
    while try rows.next() { texts += rows.texts }
    #expect(texts == ["\u{e9}", "\u{20ac}"] && rows.isForeign)
  }

  @Test func brokenDelimitedText() throws {
    func read(_ text: String) throws -> String {
      try failure {
        let table = try TextTable.delimited(source(text))
        _ = try all(table, numbers: Array(table.columns.indices))
      }
    }
    #expect(try read("").contains("at least one row"))
    #expect(try read("a,b\n1,2\n3\n").contains("line 3: expected 2 cells, found 1"))
    #expect(try read("a,b\n1,2\n3,4,5\n").contains("line 3: expected 2 cells, found 3"))
    #expect(try read("a;b\n1;2.5\n0,5;1\n").contains("\"0,5\""))
    #expect(try read("a;b\n1;2\n0,5;1.5\n1,000.5;1\n").contains("\"0,5\""))
    #expect(try read("a,b\n1,\"2\"x\n").contains("expected a separator"))
    #expect(try read("a,b\n1,\"2\n").contains("line 2: expected a closing \""))
    #expect(try read("a,b\n1,\u{0}\n").contains("NUL"))
    #expect(
      try failure {
        _ = try TextTable.delimited(.bytes([0xff, 0xfe, 0x61, 0], name: "wide"))
      }.contains("UTF-16"))
    #expect(
      try failure {
        _ = try TextTable.delimited(.file(path: "/nonexistent/table.csv"))
      }.contains("table.csv"))
  }

  @Test func wordsForNumbers() throws {
    let text =
      "a\n1\n\"\"\nNaN\n-nan(ind)\n?\nNA\n-inf\n1.#INF\nmissing\n-1.#IND\n+2.5E+1\n.5\n5.\n"
    let table = try TextTable.delimited(source(text), header: .present)
    let values = try all(table, numbers: [0], missing: ["missing"]).numbers.map { $0[0] }
    #expect(values.filter(\.isNaN).count == 7)
    #expect(values.filter { !$0.isNaN } == [1, -.infinity, .infinity, 25, 0.5, 5])
    for wrong in ["1e", "0x10", "--1", "1 2", "e5", ".", "nano", "infinite"] {
      let table = try TextTable.delimited(source("a\n1\n\(wrong)\n"), header: .present)
      #expect(throws: CodecFailure.self, "\(wrong)") { try all(table, numbers: [0]) }
    }
  }

  @Test func numbersAreRoundedAsTheCLibraryDoes() throws {
    var state: UInt64 = 7
    func random() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    var texts = [
      "0", "-0", "9007199254740993", "9007199254740992.5", "1e22", "1e23", "0.1", "1e-400", "1e400",
      "123456789012345678901234567890", "0.000000000000000000000000000000012345678901234567",
      "18446744073709551615", "18446744073709551616", "2.2250738585072011e-308", "1e99999999999",
    ]
    for _ in 0..<20_000 {
      let digits = String(random()).prefix(Int(random() % 20) + 1)
      let point = Int(random() % UInt64(digits.count + 1))
      let exponent = random() % 4 == 0 ? "e\(Int(random() % 60) - 30)" : ""
      texts.append("\(digits.prefix(point)).\(digits.dropFirst(point))\(exponent)")
      texts.append("\(Double(bitPattern: random() & 0x7fef_ffff_ffff_ffff))")
      texts.append("-\(Float(bitPattern: UInt32(truncatingIfNeeded: random()) & 0x7f7f_ffff))")
    }
    var differing: [String] = []
    for text in texts {
      let expected = unsafe strtod(text, nil)
      if DecimalNumber.parse(text)?.bitPattern == expected.bitPattern { continue }
      differing.append(text)
    }
    #expect(differing.isEmpty, "\(differing.prefix(5))")
  }

  /// Rows that cross the blocks in which a file is read.
  @Test func longFilesInBlocks() throws {
    let folder = try TemporaryFolder()
    var text = "@relation r\n@attribute name string\n@attribute x numeric\n@data\n"
    let count = 120_000
    for row in 0..<count { text += "'a\\'b, \(row)',\(Double(row) / 8)\r\n" }
    let path = try folder.write(Array(text.utf8), to: "long.arff")
    var rows = try TextTable.arff(.file(path: path)).rows(numbers: [1], texts: [0])
    var found = 0
    while try rows.next() {
      guard rows.numbers[0] == Double(found) / 8, rows.texts[0] == "a'b, \(found)" else { break }
      found += 1
    }
    #expect(found == count)
  }

  /// Nothing that a table can be cut or bent into traps or hangs.
  @Test(arguments: [
    "@relation r\n@attribute 'a b' string\n@attribute c {x,'y z'}\n@attribute d real\n@data\n"
      + "'q\\'r',x,1.5e-3\r\n\"s\",'y z',?\n%r\n",
    "\u{feff}name;time ;\"a;b\"\r\n'x';0.1;\"1\"\"2\"\r\n'y';0.2;\r\n",
  ])
  func cutAndBent(text: String) {
    let bytes = Array(text.utf8)
    func read(_ bytes: [UInt8]) {
      for isARFF in [true, false] {
        let source = TextTable.Source.bytes(bytes, name: "bent")
        guard let table = try? isARFF ? TextTable.arff(source) : TextTable.delimited(source),
          let last = table.columns.indices.last
        else { continue }
        _ = try? all(table, numbers: [last], texts: [0])
      }
    }
    for count in 0...bytes.count { read(Array(bytes.prefix(count))) }
    for index in bytes.indices {
      for byte in Array("\"',;\\%@{}\n\r\t\u{0}".utf8) + [0xff] {
        var bent = bytes
        bent[index] = byte
        read(bent)
      }
    }
  }

  /// A cell of no bytes takes memory, so there is a limit to the columns that nobody declared.
  @Test func absurdNumbersOfColumns() throws {
    let row = [UInt8](repeating: UInt8(ascii: ","), count: 1 << 20)
    let message = try failure { _ = try TextTable.delimited(.bytes(row, name: "table")) }
    #expect(message.contains("at most 1048576 columns"))
    let sound = Array(row.dropLast() + Array("\n1".utf8))
    #expect(try TextTable.delimited(.bytes(sound, name: "table")).columns.count > 1 << 19)
  }
}
