import CMKTFormat
import CMKTImport
import Testing

/// Names, folders and times of the challenges' trees.
@Suite struct ChallengeTests {
  @Test(arguments: [
    ("train_1", Split.train, "", 1), ("dev_10", .valid, "", 10), ("TEST_02", .test, "", 2),
    ("Devel_HU_07", .valid, "hu", 7), ("Train_DE_01", .train, "de", 1),
    ("train_3_4.0_0.4", .train, "", 3),
  ])
  func namesTellRecordings(text: String, split: Split, culture: String, number: Int) throws {
    let recording = try #require(ChallengeName(text)?.recording)
    #expect(recording.split == split)
    #expect(recording.culture == culture)
    #expect(recording.number == number)
  }

  @Test(arguments: [
    "", "_", "train", "train_", "train_1_", "train_1_2", "train_4.0_0.4", "P16", "train_x_y_1",
    "train_1_0_0.4", "train_1_nan_1", "train_1_-4_1", "train_１", "1_train", "train__1",
  ])
  func otherNamesTellNone(text: String) { #expect(ChallengeName(text) == nil) }

  @Test func longNumbersAreListsOnly() throws {
    let name = try #require(ChallengeName("train_123456789123"))
    #expect(name.recording == nil)
    #expect(name.recording(at: 11)?.number == 3)
    #expect(name.recording(at: 12) == nil)
    #expect(ChallengeName("train_" + String(repeating: "1", count: 65)) == nil)
  }

  @Test func numbersSortByValue() {
    let names = ["train_10", "dev_1", "train_9", "test_1", "train_1"]
    let sorted = names.compactMap { ChallengeName($0)?.recording }.sorted()
    #expect(sorted.map(\.number) == [1, 9, 10, 1, 1])
    #expect(sorted.map(\.split) == [.train, .train, .train, .valid, .test])
  }

  @Test func foldersTellWhatFilesHold() {
    let tree = ChallengeTree([
      "x/features_audio/arousal/train_1.arff", "Features/features_ecg/dev_1.arff",
      "features/audio/Bag of Words/test_1.csv", "ratings/ratings_gold_standard/Valence/dev_1.arff",
      "labels/gs_2/arousal/dev_1.arff", "ratings_individual_centred/arousal/dev_1.csv",
      "labels/individual/arousal/dev_1.csv", "recordings_audio/dev_1.wav",
      "features_audio/arousal/readme.txt", "dev_1.arff",
    ])
    #expect(
      tree.files.map { "\($0.part) \($0.set) \($0.branch)" } == [
        "features audio arousal", "features ECG ", "features audio.Bag_of_Words ",
        "gold  valence", "gold gs_2 arousal", "ratings(isCentred: true)  arousal",
        "ratings(isCentred: false)  arousal",
      ])
    #expect(tree.others.map(\.path).count == 3)
  }

  @Test func windowsAreNamedWhereThereAreSeveral() {
    let paths = ["4.0_0.4", "6.0_0.4"].map { "features/audio/x/train_1_\($0).arff" }
    #expect(ChallengeTree(paths).files.map(\.set) == ["audio.x.4.0_0.4", "audio.x.6.0_0.4"])
    #expect(ChallengeTree([paths[0]]).files.map(\.set) == ["audio.x"])
  }

  @Test func stepsAreFound() throws {
    #expect(TimeGrid.step(of: [0]) == nil)
    #expect(TimeGrid.step(of: (0..<7501).map { Double($0) * 0.04 }) == 0.04)
    // A gap is no longer step, and few digits are no shorter one.
    #expect(TimeGrid.step(of: [0, 0.04, 0.08, 0.4, 0.44]) == 0.04)
    let thirtieths = (0..<300).map { (Double($0) / 30 * 100).rounded() / 100 }
    let step = try #require(TimeGrid.step(of: thirtieths))
    #expect(abs(step - 1.0 / 30) < 1e-4)
    let map = try #require(TimeGrid.frames(of: thirtieths, step: step))
    #expect((0..<300).allSatisfy { map[$0] == $0 })
  }

  @Test func timesFindTheirFrames() throws {
    let late = try #require(TimeGrid.frames(of: [2, 2.04, 2.16], step: 0.04))
    #expect((0..<3).map { late[$0] } == [50, 51, 54])
    #expect(late.end == 55)
    #expect(late.coverage(below: 52).frames == 2)
    let centred = try #require(TimeGrid.frames(of: [0.02, 0.06, 0.1], step: 0.04))
    #expect((0..<3).map { centred[$0] } == [0, 1, 2])
    let coarse = TimeGrid.frames(of: FrameMap(rowCount: 25), step: 0.04, longer: 0.4)
    #expect((0..<25).map { coarse[$0] } == (0..<25).map { $0 / 10 })
    #expect(coarse.coverage(below: 2) == (2, 20))
    #expect(FrameMap(rowCount: 0).end == 0)
  }

  @Test(arguments: [[0, 1e-300, 1], [0, 0.001, 1e6], [0, 1e-290, 1e6], [1e6 - 0.001, 1e6]])
  func timesFarApartGiveNoFrames(times: [Double]) throws {
    let step = try #require(TimeGrid.step(of: times))
    if let map = TimeGrid.frames(of: times, step: step) { #expect(map.end < 2000) }
  }
}
