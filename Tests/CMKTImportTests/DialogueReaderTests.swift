import CMKTFormat
import CMKTImport
import Codecs
import Tensors
import TestSupport
import Testing

@Suite struct DialogueReaderTests {
  @Test func sequencesWithoutPadding() throws {
    let features = try DialogueFixture().read()
    #expect(features.name == "small")
    #expect(features.sequences.ids == ["a", "b", "c"])
    #expect(features.sequences.recordings == ["a", "b", "c"])
    #expect(features.sequences.splits == [.train, .train, .test])
    #expect(features.sequences.offsets == [0, 3, 5, 6])
    let audio = try #require(features.modalities["audio"])
    #expect(audio.values.elements == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    #expect(audio.featureNames == ["audio_000", "audio_001"])
    #expect(audio.validity == .rows([Bool](repeating: true, count: 6)))
    #expect(features.frameIntervals == [0, 1, 1, 2, 1.5, 3, 4, 5, 3, 3, 0, 2])
    #expect(features.provenance.sources.map(\.name) == ["small.npz"])
    #expect(features.provenance.sources.map(\.format) == ["npz-dialogue"])
  }

  @Test func targetsByKind() throws {
    let features = try DialogueFixture().read()
    let label = try #require(features.targets["label"])
    #expect(label.kind == .binary && label.classCount == 2)
    #expect(label.sourceTarget == "sentiment" && label.threshold == 0)
    let sentiment = try #require(features.targets["sentiment"])
    #expect(sentiment.kind == .regression && sentiment.range == -1...3)
    #expect(sentiment.values.elements == [0, -1, 2, 3, -0.5, 1])
  }

  @Test func derivationIsClaimedOnlyWhereItHolds() throws {
    var fixture = DialogueFixture()
    fixture["label_test"] = NPYArray(shape: [1, 2], integers: [0, 0])
    #expect(try fixture.read().targets["label"]?.sourceTarget == "")
  }

  @Test func otherKindsOfTargets() throws {
    var fixture = DialogueFixture()
    fixture["emotion_train"] = NPYArray(
      shape: [2, 3, 2], integers: [0, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0])
    fixture["emotion_test"] = NPYArray(shape: [1, 2, 2], integers: [1, 0, 0, 0])
    fixture["topic_train"] = NPYArray(shape: [2], integers: [0, 4])
    fixture["topic_test"] = NPYArray(shape: [1], integers: [2])
    fixture["score_train"] = NPYArray(shape: [2], integers: [-3, 4])
    let features = try fixture.read()
    let emotion = try #require(features.targets["emotion"])
    #expect(emotion.kind == .multilabel && emotion.columnCount == 2 && emotion.level == .frame)
    let topic = try #require(features.targets["topic"])
    #expect(topic.kind == .classes && topic.classCount == 5 && topic.level == .sequence)
    let score = try #require(features.targets["score"])
    #expect(score.kind == .regression && score.valid == [true, true, false])
    #expect(features.ledgerCount("sequences", "masked", "score") == 1)
  }

  @Test func aTargetOfALaterSplitAlone() throws {
    var fixture = DialogueFixture()
    fixture["score_test"] = NPYArray(shape: [1, 2], floats: [0.5, 0])
    let score = try #require(try fixture.read().targets["score"])
    #expect(score.valid == [false, false, false, false, false, true])
  }

  @Test func theLedgerHasOneOrder() throws {
    var fixture = DialogueFixture()
    for name in ["one", "two", "three", "four", "five", "six"] {
      fixture["\(name)_train"] = NPYArray(shape: [2, 3], floats: .init(repeating: 0.5, count: 6))
    }
    let reasons = try fixture.read().provenance.ledger.map(\.reason).filter {
      $0.contains("no label")
    }
    #expect(reasons.count == 6 && reasons == reasons.sorted())
  }

  @Test func ledgerAddsUp() throws {
    let features = try DialogueFixture().read()
    #expect(features.ledgerCount("frames", "kept") == features.sequences.frameCount)
    #expect(features.ledgerCount("frames", "dropped", "padding") == 2)
    #expect(features.ledgerCount("sequences", "kept") == 3)
    #expect(features.ledgerCount("frames", "noted", "overlaps") == 1)
    #expect(features.ledgerCount("frames", "noted", "starts before") == 1)
    #expect(features.ledgerCount("frames", "noted", "no length") == 1)
  }

  @Test func emptySequencesAndDirtyPaddingAreCounted() throws {
    var fixture = DialogueFixture()
    fixture["length_train"] = NPYArray(shape: [2], integers: [2, 0])
    let features = try fixture.read()
    #expect(features.sequences.ids == ["a", "c"])
    #expect(features.ledgerCount("sequences", "dropped", "no frames") == 1)
    #expect(features.ledgerCount("frames", "dropped", "not zero") == 3)
    #expect(
      features.ledgerCount("frames", "dropped")
        + features.ledgerCount("frames", "dropped", "padding") == 5)
    #expect(features.ledgerCount("frames", "kept") == 3)
  }

  @Test func valuesThatAreNotFiniteBecomeZeroAndInvalid() throws {
    var fixture = DialogueFixture()
    fixture["audio_test"] = NPYArray(shape: [1, 2, 2], floats: [.nan, 12, 0, 0])
    let some = try #require(try fixture.read().modalities["audio"])
    #expect(some.values.elements.suffix(2) == [0, 12])
    #expect(!some.isValid(row: 5, column: 0) && some.isValid(row: 5, column: 1))
    #expect(some.isValid(row: 0, column: 0))
    fixture["audio_test"] = NPYArray(shape: [1, 2, 2], floats: [.nan, -.infinity, 0, 0])
    let features = try fixture.read()
    #expect(
      features.modalities["audio"]?.validity == .rows([true, true, true, true, true, false]))
    #expect(features.ledgerCount("values", "imputed", "NaN in audio_000", stage: "clean") == 1)
    #expect(
      features.ledgerCount("values", "imputed", "infinite in audio_001", stage: "clean") == 1)
  }

  @Test func masksOfTheSource() throws {
    var fixture = DialogueFixture()
    fixture["audio_valid_train"] = NPYArray(shape: [2, 3], integers: [1, 0, 1, 1, 1, 0])
    let features = try fixture.read()
    #expect(
      features.modalities["audio"]?.validity == .rows([true, false, true, true, true, true]))
    #expect(features.targets["audio_valid"] == nil)
    #expect(
      features.ledgerCount("values", "masked", "not valid in the source", stage: "clean") == 2)
    fixture["audio_valid_test"] = NPYArray(shape: [1, 2, 2], integers: [1, 0, 0, 0])
    let audio = try #require(try fixture.read().modalities["audio"])
    #expect(!audio.isValid(row: 1, column: 0) && !audio.isValid(row: 5, column: 1))
    #expect(audio.isValid(row: 5, column: 0))
  }

  @Test func labelsThatAreNaN() throws {
    var fixture = DialogueFixture()
    fixture["sentiment_test"] = NPYArray(shape: [1, 2], floats: [.nan, 0])
    let failure = #expect(throws: ImportFailure.self) { try fixture.read() }
    let text = failure?.description ?? ""
    #expect(text.contains("sentiment_test") && text.contains("c[0]"))
    #expect(text.contains("--missing-targets mask"))
    let features = try fixture.read { $0.reading.missingTargets = .mask }
    #expect(features.targets["sentiment"]?.valid == [true, true, true, true, true, false])
    #expect(features.ledgerCount("frames", "masked", "sentiment", stage: "clean") == 1)
    fixture["sentiment_train"] = NPYArray(
      shape: [2, 3], floats: [Float](repeating: .nan, count: 6))
    #expect(throws: ImportFailure.self) { try fixture.read { $0.reading.missingTargets = .mask } }
  }

  @Test func recordingsSpeakersAndNumericIDs() throws {
    var fixture = DialogueFixture()
    fixture["id_train"] = NPYArray(shape: [2], integers: [7, 8])
    fixture["recording_train"] = NPYArray(texts: ["r", "r"])
    fixture["recording_test"] = NPYArray(texts: ["s"])
    fixture["speaker_train"] = NPYArray(texts: ["x", "y"])
    fixture["speaker_test"] = NPYArray(texts: ["z"])
    let table = try fixture.read().sequences
    #expect(table.ids == ["7", "8", "c"])
    #expect(table.recordings == ["r", "r", "s"])
    #expect(table.speakers == ["x", "y", "z"])
  }

  @Test func withoutIntervalsTimeIsAnIndex() throws {
    var fixture = DialogueFixture()
    fixture.remove("interval")
    let features = try fixture.read()
    #expect(features.timeBase == .index && features.frameIntervals == nil)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let folder = try TemporaryFolder()
    var fixture = DialogueFixture()
    fixture["audio_test"] = NPYArray(shape: [1, 2, 2], floats: [.nan, 12, 0, 0])
    let features = try fixture.read { $0.fittedOn = ["audio": ["train"]] }
    try features.write(to: folder.file("small.h5"), replacing: false)
    #expect(try FeaturesFile(contentsOf: folder.file("small.h5")) == features)
  }
}
