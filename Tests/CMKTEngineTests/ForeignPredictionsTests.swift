import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct ForeignPredictionsTests {
  let features: FeaturesFile
  let evaluation: Evaluation
  let lines: [String]

  init() throws {
    var features = SyntheticFeatures.file()
    features.sequences.ids[10] = "a, \"quoted\"\nid"
    self.features = features
    let model = try quickFit(
      features, method: .unimodal, targets: ["mood", "positive", "third", "whole"],
      recipe: quickRecipe("training.epochs=1")
    ).model
    evaluation = try Evaluation(model: model, features: features, split: .test)
    let table = evaluation.predictionTable(features: features).text
    // The line break inside the quoted id does not end a row.
    lines = table.replacing("\"\"\nid", with: "\"\"<break>id").split(separator: "\n")
      .map { String($0).replacing("<break>", with: "\n") }
  }

  private func scores(_ lines: [String], end: String = "\n") throws -> [Evaluation.TargetScores] {
    try Evaluation(
      table: lines.joined(separator: end) + end, features: features, split: .test
    ).targets
  }

  private func failure(_ lines: [String]) -> String {
    #expect(throws: EngineFailure.self) { try scores(lines) }?.description ?? ""
  }

  @Test func ourOwnTableScoresAsTheModelDoes() throws {
    var expected = evaluation.targets.sorted { $0.name < $1.name }
    // The table has classes, not their probabilities.
    let classes = try #require(expected.firstIndex { $0.name == "third" })
    expected[classes].columns[0].metrics.removeAll { $0.name == "roc auc" }
    #expect(try scores(lines) == expected)
    #expect(try scores(lines, end: "\r\n") == expected)
    let header = lines[0]
    #expect(try scores([header] + lines.dropFirst().reversed()) == expected)
    let wider = lines.map { "x," + $0 }
    #expect(try scores(["note,id,time,target,prediction"] + wider.dropFirst()) == expected)
  }

  @Test func timesMayBeRoundedAndRowsWithoutLabelsMissing() throws {
    var features = features
    features.frameIntervals = features.frameIntervals?.map { $0 / 3 }
    let first = features.sequences.offsets[11]
    features.targets["mood"]?.valid[first] = false
    var table = "target,prediction,id,time\n"
    for frame in features.sequences.frames(of: 10) {
      table +=
        "mood,0.5,\"a, \"\"quoted\"\"\nid\","
        + "\(((features.frameIntervals?[2 * frame] ?? 0) * 1000).rounded() / 1000)\n"
    }
    for frame in features.sequences.frames(of: 11).dropFirst() {
      table += "mood,0.5,s11,\(features.frameIntervals?[2 * frame] ?? 0)\n"
    }
    let result = try Evaluation(table: table, features: features, split: .test)
    #expect(result.targets.map(\.name) == ["mood"])
    #expect(result.targets[0].columns[0].metrics[0].rowCount == result.frameCount - 1)
  }

  @Test func otherSequencesArePassedOver() throws {
    let more = lines + ["s0,0.0,mood,1"]
    #expect(try scores(more) == scores(lines))
    #expect(failure([lines[0], "s0,0.0,mood,1"]).contains("all for other sequences"))
  }

  @Test func whatIsWrongIsNamedWithItsLine() {
    let row = lines.last { $0.hasPrefix("s11,") && $0.contains(",mood,") } ?? ""
    let cells = row.split(separator: ",").map(String.init)
    func with(_ line: String) -> String { failure([lines[0], line]) }
    #expect(with("s99,0.0,mood,1").contains("'s99'"))
    #expect(with("s11,\(cells[1]),mod,1").contains("'mood'"))
    #expect(with("s11,\(cells[1]),mood,nan").contains("line 2"))
    #expect(with("s11,\(cells[1]),mood,1e39").contains("line 2"))
    #expect(with("s11,\(cells[1]),mood/x,1").contains("'mood/x'"))
    #expect(with("s11,\(cells[1]),positive,1.5").contains("probability"))
    #expect(with("s11,\(cells[1]),third,3").contains("from 0 to 2"))
    #expect(with("s11,0.123,mood,1").contains("time 0.123"))
    #expect(with("s11,\(cells[1]),mood").contains("4 fields"))
    #expect(with("\"s11,0,mood,1").contains("closing quote"))
    #expect(failure(["id,time,prediction"]).contains("id,time,target,prediction"))
    #expect(failure([]).contains("nothing"))
    #expect(failure(lines + [row]).contains("another one"))
    #expect(failure(lines.filter { $0 != row }).contains("none for 's11' at \(cells[1])"))
  }

  @Test func noTextTraps() {
    var stream = RandomStream(seed: 3, purpose: "table")
    let table = Array(lines.prefix(40).joined(separator: "\n").utf8)
    for _ in 0..<500 {
      var bytes = table
      for _ in 0..<3 {
        let place = Int.random(in: 0..<bytes.count, using: &stream)
        let odd = Array("\",\n\r/.-e\u{0}".utf8) + [0xFF]
        bytes[place] = odd[Int.random(in: 0..<odd.count, using: &stream)]
      }
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &stream))
      _ = try? Evaluation(
        table: String(decoding: bytes, as: UTF8.self), features: features, split: .test)
    }
  }
}
