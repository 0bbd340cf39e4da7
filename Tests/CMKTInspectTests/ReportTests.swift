import CMKTFormat
import CMKTInspect
import HDF5
import Tensors
import TestSupport
import Testing

extension Report {
  fileprivate func section(_ key: String) -> ReportSection? { sections.first { $0.key == key } }

  fileprivate func fact(_ section: String, _ key: String) -> ReportValue? {
    guard case .facts(let facts) = self.section(section)?.body else { return nil }
    return facts.first { $0.key == key }?.cell.value
  }

  fileprivate func rows(_ section: String) -> [[String: ReportValue]] {
    guard case .table(let table) = self.section(section)?.body else { return [] }
    return table.rows.map { row in
      Dictionary(
        zip(table.columns.map(\.key), row.map(\.value)), uniquingKeysWith: { first, _ in first })
    }
  }
}

@Suite struct ReportTests {
  private let folder: TemporaryFolder
  private let features: String
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    features = folder.file("tiny.h5")
    model = folder.file("model.h5")
    try Sample.features.write(to: features, replacing: false)
    try Sample.model.write(to: model, replacing: false)
  }

  @Test func summaryOfFeatures() throws {
    let report = try Summary.report(of: features)
    #expect(report.fact("file", "sequences") == .integer(6))
    #expect(report.fact("file", "speakers") == .integer(5))
    #expect(report.fact("file", "payload_verified") == .flag(false))
    let train = try #require(report.rows("splits").first)
    #expect(train["groups"] == .integer(2) && train["frames"] == .integer(12))
    #expect(report.rows("splits").last?["labelled_label"] == .integer(4))
    let audio = try #require(report.rows("modalities").first)
    #expect(audio["valid_share"] == .number(71.0 / 72))
    #expect(audio["constant_columns"] == .integer(1))
    let label = try #require(report.rows("targets").first)
    #expect(label["histogram"] == .list([.integer(10), .integer(10)]))
    #expect(report.rows("ledger").count == 1)
    #expect(report.rows("lineage").first?["tool"] == .text("cmkt-import"))
  }

  @Test func summaryOfAModel() throws {
    let report = try Summary.report(of: model)
    #expect(report.fact("file", "method") == .text("cm-stew"))
    // Two directions of 3 gates × 3 × (3 inputs + 3 states + 2 biases), and 2 × 6 + 2.
    let parameters = report.rows("parameters")
    #expect(parameters.first?["part"] == .text("encoder"))
    #expect(parameters.first?["parameters"] == .integer(2 * 9 * 8 + 14))
    #expect(
      parameters.map { $0["use"] } == [
        .text("deployed"), .text("deployed"), .text("training only"), .text("training only"),
        .text("training only"),
      ])
    #expect(report.fact("recipe", "batch.size") == .text("4"))
    #expect(
      report.rows("history").first?["values"]
        == .list([.number(4), .number(2), .number(1), .number(0.5)]))
    #expect(report.rows("alignment").first?["first"] == .number(0.75))
  }

  @Test func statisticsOfColumns() throws {
    let rows = try Statistics.report(
      StatisticsRequest(path: features, modality: "audio")
    ).rows("modality_audio")
    #expect(rows.map { $0["constant"] } == [.flag(false), .flag(false), .flag(true)])
    #expect(rows[2]["mean"] == .number(1.5) && rows[2]["standard_deviation"] == .number(0))
    guard case .number(let share) = rows[0]["invalid_share"] else {
      Issue.record("no share")
      return
    }
    #expect(abs(share - 1.0 / 24) < 1e-12)
    #expect(throws: InspectFailure.self) {
      try Statistics.report(StatisticsRequest(path: features, modality: "odio"))
    }
    let weights = try Statistics.report(StatisticsRequest(path: model)).rows("weights")
    #expect(weights.count == Sample.model.weights.count)
  }

  @Test func findingsAndDigests() throws {
    #expect(try !Findings.report(of: features, digestsOnly: false).hasErrors)
    #expect(try !Findings.report(of: model, digestsOnly: true).hasErrors)
    #expect(
      ForeignHDF5.addFloats("stray", [1], isBigEndian: true, file: features))
    let report = try Findings.report(of: features, digestsOnly: false)
    #expect(report.hasErrors)
    #expect(!report.report.rows("findings").isEmpty)
    #expect(try Findings.report(of: features, digestsOnly: true).hasErrors)
  }

  @Test func dumpShowsEverything() throws {
    var objects: [DumpedObject] = []
    try Dump.walk(features, path: "/", rows: RowRange(begin: 0, end: 2)) { objects.append($0) }
    let values = try #require(objects.first { $0.path == "/modalities/text/values" })
    #expect(values.type == "float32" && values.shape == [24, 2] && values.isCut)
    #expect(values.lines.first == "1.0 0.5403023")
    let root = try #require(objects.first)
    #expect(root.attributes.first { $0.name == "format" }?.value.text == "\"cmkt\"")
    var one: [DumpedObject] = []
    try Dump.walk(features, path: "/sequences/id", rows: .all) { one.append($0) }
    #expect(one.map(\.lines) == [[#""s0" "s1" "s2" "s3" "s4" "s5""#]])
    var text: [DumpedObject] = []
    try Dump.walk(model, path: "/architecture", rows: RowRange(begin: 0, end: 2)) {
      text.append($0)
    }
    #expect(text.first?.lines.joined().contains("cm-stew") == true)
    #expect(throws: InspectFailure.self) {
      try Dump.walk(features, path: "/nothing", rows: .all) { _ in }
    }
  }

  @Test func linksAreListedAndNotFollowed() throws {
    #expect(ForeignHDF5.addSoftLink("loop", to: "/", file: features))
    var objects: [DumpedObject] = []
    try Dump.walk(features, path: "/", rows: RowRange(begin: 0, end: 2)) { objects.append($0) }
    #expect(objects.contains { $0.path == "/loop" && $0.kind == .softLink })
    #expect(objects.count < 100)
  }

  @Test func filesThatAreNotOurs() throws {
    let other = folder.file("other.h5")
    try HDF5FileWriter(creatingAt: other).close()
    #expect(throws: InspectFailure.self) { try Summary.report(of: other) }
    #expect(throws: InspectFailure.self) { try Summary.report(of: folder.file("none.h5")) }
  }

  @Test func schemaListsEveryObject() {
    let report = SchemaReport.report(of: "model")
    #expect(report.sections.map(\.key) == ["model_objects", "model_attributes"])
    #expect(report.rows("model_objects").contains { $0["path"] == .text("/architecture") })
  }
}
