import CMKTFormat
import CMKTImport
import TestSupport
import Testing

@Suite struct SplitAssignmentTests {
  private func read(_ json: String) throws -> FeaturesFile {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(json.utf8), to: "splits.json")
    return try DialogueFixture().read {
      $0.splitPolicy = .file(path)
      $0.fittedOn = ["audio": ["train"]]
    }
  }

  @Test func splitsOfAFile() throws {
    let features = try read(#"{"train": ["c"], "standard_valid_fold": ["a"], "note": 1}"#)
    #expect(features.sequences.splits == [.valid, .none, .train])
    #expect(features.ledgerCount("sequences", "noted", "not in the split file", stage: "join") == 1)
    #expect(features.provenance.sources.map(\.name) == ["small.npz", "splits.json"])
  }

  @Test func whatAnExtractorHasSeenStaysTheSourcesSplit() throws {
    let features = try read(#"{"train": ["c"], "valid": ["a"], "test": ["b"]}"#)
    #expect(features.modalities["audio"]?.fittedOn == ["a", "b"])
  }

  @Test func noSplits() throws {
    let features = try DialogueFixture().read { $0.splitPolicy = .none }
    #expect(Set(features.sequences.splits) == [Split.none])
  }

  @Test(arguments: [
    "[]", "nothing", "{}", #"{"train": "a"}"#, #"{"train": [1]}"#,
    #"{"train": ["a"], "test": ["a"]}"#, #"{"train": ["zzz"]}"#,
  ])
  func brokenFiles(_ json: String) {
    let failure = #expect(throws: ImportFailure.self) { try read(json) }
    #expect(failure?.description.contains("splits.json") == true)
  }
}
