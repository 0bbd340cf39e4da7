import CMKTFormat
import Foundation
import Testing

/// The specification and the code say the same.
@Suite struct SpecificationTests {
  private static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Formats/cmkt/1.0/specification.md")

  /// `CMKT_RECORD=1` writes the tables anew, and fails.
  @Test func tablesAreThoseOfTheSchema() throws {
    let text = try String(contentsOf: Self.path, encoding: .utf8)
    var rendered = text
    rendered = replacing("features", SchemaTables.objects(of: .features), in: rendered)
    rendered = replacing("model", SchemaTables.objects(of: .model), in: rendered)
    rendered = replacing("rules", SchemaTables.rules, in: rendered)
    if ProcessInfo.processInfo.environment["CMKT_RECORD"] == "1" {
      try rendered.write(to: Self.path, atomically: true, encoding: .utf8)
      Issue.record("recorded \(Self.path.lastPathComponent)")
    }
    #expect(text == rendered, "run with CMKT_RECORD=1 to write the tables anew")
  }

  @Test func everyRuleThatTheSchemaNamesExists() {
    for schema in [Schema.features, .model] {
      for object in schema.objects {
        guard case .when(_, let rule) = object.presence else { continue }
        #expect(rule.severity == .error)
      }
    }
  }

  private func replacing(_ name: String, _ table: String, in text: String) -> String {
    let opening = "<!-- generated:\(name) -->\n"
    guard let start = text.range(of: opening),
      let end = text.range(of: "<!-- end -->", range: start.upperBound..<text.endIndex)
    else {
      Issue.record("no marker \(name)")
      return text
    }
    return text[..<start.upperBound] + table + "\n" + text[end.lowerBound...]
  }
}
