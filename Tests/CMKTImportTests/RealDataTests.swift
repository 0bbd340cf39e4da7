import CMKTFormat
import CMKTImport
import Foundation
import Testing

/// The folder of the real data, where the environment names one.
private let realDataFolder = ProcessInfo.processInfo.environment["CMKT_MOSI_DATA"]

/// Tests on real CMU-MOSI features, where the environment says where they are.
@Suite(.enabled(if: realDataFolder != nil, "CMKT_MOSI_DATA is not set"))
struct RealDataTests {
  private var archive: String { (realDataFolder ?? "") + "/derived/mosi_dialogue.npz" }

  @Test func countsOfMOSI() throws {
    let request = ImportRequest(source: archive)
    let features = try imported(request)
    let summary = try ImportSummary(Importer.run(request).features)
    #expect(summary.sequenceCount == 93 && summary.frameCount == 2199)
    #expect(summary.splits.map(\.name) == ["train", "test"])
    #expect(summary.splits.map(\.sequences) == [62, 31])
    #expect(summary.splits.map(\.frames) == [1447, 752])
    #expect(summary.modalities.map(\.featureCount) == [73, 100, 100])
    #expect(summary.modalities.allSatisfy { $0.invalidValueCount == 0 })
    #expect(features.ledgerCount("frames", "dropped", "padding") == 93 * 63 - 2199)
    #expect(features.ledgerCount("frames", "noted", "starts before") == 4)
    #expect(features.ledgerCount("frames", "noted", "no length") == 1)
    #expect(features.targets["label"]?.sourceTarget == "sentiment")
    #expect(features.targets["sentiment"]?.range == -3...3)
  }

  @Test func foldsOfTheSDKKeepTheContamination() throws {
    var request = ImportRequest(source: archive)
    request.splitPolicy = .file((realDataFolder ?? "") + "/mosi_standard_folds.json")
    request.fittedOn = ["text": ["train"]]
    let features = try imported(request)
    let table = features.sequences
    #expect(
      Split.allCases.map { split in table.splits.count { $0 == split } } == [52, 10, 31, 0, 0])
    let fitted = Set(try #require(features.modalities["text"]).fittedOn)
    let hits = table.ids.indices.filter {
      table.splits[$0] == .test && fitted.contains(table.ids[$0])
    }
    #expect(hits.count == 24)
  }
}
