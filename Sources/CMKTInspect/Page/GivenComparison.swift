import Foundation

/// The results folder of a comparison of methods over seeds.
struct GivenComparison: Sendable {
  /// What `results.json` holds of use to a page; see `Formats/training.md`.
  struct Results: Decodable, Sendable {
    struct Difference: Decodable, Sendable {
      var to: String
      var mean: Double?
      var interval: [Double]?
      var pHolm: Double?
      var values: [Value]

      enum CodingKeys: String, CodingKey {
        case to, mean, interval, values
        case pHolm = "p_holm"
      }
    }

    struct Value: Decodable, Sendable {
      var seed: Int
      var value: Double?
    }

    struct Row: Decodable, Sendable {
      var target: String
      var metric: String
      var encoder: String
      var method: String
      var mean: Double?
      var sd: Double?
      var interval: [Double]?
      var values: [Value]
      var gain: Difference?
      var verdicts: [String]
      var marks: [String]
    }

    var weak: String
    var strong: [String]
    var split: String
    var resampled: String
    var groups: Int
    var replicates: Int
    var marks: [String]
    var notes: [String]
    /// `allowed` where the figures may be handed on; nil where nothing is said of it.
    var redistribution: String?
    var rows: [Row]
  }

  /// How the page calls it.
  var label = ""
  let results: Results
  /// Whether its record says that it may be handed on.
  var isFree: Bool { results.redistribution == "allowed" }

  /// More than any comparison writes.
  private static let byteLimit = 64 << 20

  /// - Throws: `unreadable` where the folder holds no results of `cmkt-train compare`.
  init(folder: String) throws(InspectFailure) {
    let path = URL(fileURLWithPath: folder).appendingPathComponent("results.json").path
    func unreadable(_ found: String) -> InspectFailure {
      .badForm(
        file: folder, expected: "a folder with the results.json of cmkt-train compare",
        found: found, remedy: "give the folder that its -o named")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int
    guard let size else { throw unreadable("no results.json") }
    guard size <= Self.byteLimit, let data = FileManager.default.contents(atPath: path) else {
      throw unreadable("a results.json of \(Wording.byteCount(size)) that cannot be read")
    }
    do {
      results = try JSONDecoder().decode(Results.self, from: data)
    } catch {
      throw unreadable("a results.json of another form")
    }
  }
}
