import Foundation
import Tensors

extension SweepPlan {
  /// The plan as JSON in its one form: every key that says something, in a fixed order.
  package var json: String {
    var members: [(String, String)] = [
      ("features", Self.list(features.map(\.json), indent: "  ")),
      ("weak", Self.quoted(weak)),
      ("strong", Self.list(strong.map(Self.quoted))),
      ("targets", Self.list(targets.map(Self.quoted))),
      ("methods", Self.list(methods.map { Self.quoted($0.rawValue) })),
    ]
    if !encoders.isEmpty { members.append(("encoders", Self.list(encoders.map(Self.quoted)))) }
    members.append(("seeds", Self.list(seeds.map(String.init))))
    if features.count > 1 { members.append(("seed_pairing", Self.quoted(pairing.rawValue))) }
    members.append(("folds", String(foldCount)))
    members.append(("protocol", Self.quoted(evaluation.rawValue)))
    members.append(("recipe", Self.object(settings)))
    if let search { members.append(("search", search.json)) }
    members.append(("kernels", Self.quoted(kernels?.rawValue ?? "auto")))
    let lines = members.filter { $0.1 != "[]" }.map { "  \(Self.quoted($0.0)): \($0.1)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  /// `items` on one line, or with an indent on one each.
  fileprivate static func list(_ items: [String], indent: String? = nil) -> String {
    guard let indent, !items.isEmpty else { return "[" + items.joined(separator: ", ") + "]" }
    let lines = items.map { "\(indent)  \($0)" }.joined(separator: ",\n")
    return "[\n\(lines)\n\(indent)]"
  }

  fileprivate static func object(_ point: SweepPoint) -> String {
    object(point.map { ($0.key.rawValue, $0.value.json) })
  }

  fileprivate static func object(_ members: [(String, String)]) -> String {
    "{"
      + members.sorted { $0.0 < $1.0 }.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ")
      + "}"
  }

  fileprivate static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        result += String(format: "\\u%04x", scalar.value)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension SweepPlan.Features {
  fileprivate var json: String {
    guard let content else { return SweepPlan.quoted(path) }
    return "{\"path\": \(SweepPlan.quoted(path)), \"content\": \(SweepPlan.quoted(content))}"
  }
}

extension SweepSearch {
  fileprivate var json: String {
    switch self {
    case .grid(let values):
      SweepPlan.object([
        (
          "grid",
          SweepPlan.object(
            values.map { ($0.key.rawValue, SweepPlan.list($0.value.map(\.json))) })
        )
      ])
    case .list(let points):
      SweepPlan.object([("list", SweepPlan.list(points.map(SweepPlan.object), indent: "  "))])
    case .random(let count, let seed, let settings):
      SweepPlan.object([
        (
          "random",
          SweepPlan.object([
            ("count", String(count)), ("seed", String(seed)),
            ("settings", SweepPlan.object(settings.map { ($0.key.rawValue, $0.value.json) })),
          ])
        )
      ])
    }
  }
}

extension SettingRange {
  fileprivate var json: String {
    func ends(_ first: Double, _ last: Double) -> String {
      SweepPlan.list([jsonNumber(first), jsonNumber(last)])
    }
    let member =
      switch self {
      case .uniform(let range): ("uniform", ends(range.lowerBound, range.upperBound))
      case .log(let range): ("log", ends(range.lowerBound, range.upperBound))
      case .integer(let range):
        ("integer", ends(Double(range.lowerBound), Double(range.upperBound)))
      case .choice(let values): ("choice", SweepPlan.list(values.map(\.json)))
      }
    return SweepPlan.object([member])
  }
}
