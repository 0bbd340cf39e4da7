import CMKTEngine
import CMKTFormat
import Tensors
import TestSupport
import Testing

/// Rows that stay in the file give what rows in memory give, to the bit.
@Suite struct StreamingTests {
  private let folder: TemporaryFolder
  private var features = SyntheticFeatures.file(sequenceCount: 24)

  init() throws {
    folder = try TemporaryFolder()
    // Files say how many classes there are.
    for name in features.targets.keys where features.targets[name]?.kind == .binary {
      features.targets[name]?.classCount = 2
    }
  }

  /// The same features with their rows outside memory, through a window of a few blocks.
  private func outside(_ features: FeaturesFile) throws -> FeaturesFile {
    let path = folder.file("features.h5")
    try features.write(to: path, replacing: true)
    let file = try FeaturesFile.read(path, memory: RowMemory(byteCount: 1)).file
    #expect(file.outside.rows.count == features.modalities.count)
    #expect(file.modalities.values.allSatisfy { $0.rowCount == 0 })
    return file
  }

  @Test(arguments: [Method.unimodal, .sew, .cmStew, .strongOnly])
  func everyMethodTrainsAlike(method: Method) throws {
    let recipe = try quickRecipe("training.epochs=3", "batch.pool-frames=200")
    let inMemory = try quickFit(features, method: method, recipe: recipe)
    let streamed = try quickFit(try outside(features), method: method, recipe: recipe, threads: 2)
    #expect(streamed.model == inMemory.model)
    #expect(streamed.validation.map(\.columns) == inMemory.validation.map(\.columns))
  }

  @Test(arguments: [
    ["normalisation.scope=recording"], ["teacher.folds=3"], ["strong.mode=tuned"],
    ["batch.order=bucketed", "batch.pool-frames=100"], ["batch.pool-frames=1"],
    ["translation.target=latent"], ["transfer.unlabelled=true"],
  ]) func everySettingTrainsAlike(settings: [String]) throws {
    var recipe = try quickRecipe("training.epochs=2")
    for setting in settings { try recipe.set(assignment: setting) }
    let inMemory = try quickFit(features, recipe: recipe)
    let streamed = try quickFit(try outside(features), recipe: recipe)
    #expect(streamed.model == inMemory.model)
  }

  @Test func controlsExchangeRowsAlike() throws {
    let recipe = try quickRecipe("training.epochs=2")
    for method in Method.allCases where method.needsStrong {
      let inMemory = try quickFit(features, method: method, recipe: recipe)
      let streamed = try quickFit(try outside(features), method: method, recipe: recipe)
      #expect(streamed.model == inMemory.model, "\(method)")
    }
  }

  @Test func evaluationsAndLatentsAreAlike() throws {
    let model = try quickFit(features, recipe: try quickRecipe("training.epochs=2")).model
    let streamed = try outside(features)
    for split in EvaluationSplit.allCases {
      let first = try Evaluation(model: model, features: features, split: split)
      let second = try Evaluation(model: model, features: streamed, split: split)
      #expect(first.predictions == second.predictions)
      #expect(first.targets == second.targets)
    }
    let all = Array(0..<features.sequences.count)
    let predictor = try Predictor(model: model)
    #expect(
      try predictor.weakLatents(for: features, sequences: all)
        == predictor.weakLatents(for: streamed, sequences: all))
    for words in [["noise=0.5"], ["drop=0.3"]] {
      let corruptions = try Corruption.parse(words)
      func points(_ features: FeaturesFile) throws -> [[Evaluation.TargetScores]] {
        try Robustness(
          model: model, features: features, split: .test, corruptions: corruptions, seed: 3
        ).points.map(\.targets)
      }
      #expect(try points(features) == points(streamed))
    }
  }

  @Test func flagsOfSingleValuesAreRead() throws {
    var spoilt = features
    let modality = try #require(spoilt.modalities["weak"])
    let width = modality.featureCount
    spoilt.modalities["weak"]?.validity = .elements(
      (0..<modality.rowCount * width).map { $0 % 7 != 0 && ($0 / width) % 5 != 0 })
    let recipe = try quickRecipe("training.epochs=2")
    #expect(
      try quickFit(spoilt, recipe: recipe).model
        == quickFit(try outside(spoilt), recipe: recipe).model)
  }

  /// A value that is not finite is found as the file is opened, though no rows stay.
  @Test func unsoundRowsAreRefused() throws {
    let path = folder.file("broken.h5")
    var broken = features
    broken.modalities["weak"]?.values.elements[7] = .nan
    #expect(throws: FormatFailure.self) { try broken.write(to: path, replacing: true) }
  }

  /// What a reader cannot give any more ends training with a failure that says so.
  @Test func rowsThatVanishEndTraining() throws {
    var streamed = try outside(features)
    let rows = try #require(streamed.outside.rows["weak"])
    streamed.outside.rows["weak"] = FailingRows(rows)
    let failing = streamed
    let failure = #expect(throws: EngineFailure.self) { try quickFit(failing) }
    guard case .unreadable? = failure else {
      Issue.record("expected unreadable, found \(String(describing: failure))")
      return
    }
  }
}

/// Rows of which the last cannot be read.
private final class FailingRows: RowReading {
  private let base: any RowReading

  init(_ base: any RowReading) {
    self.base = base
  }

  var rowCount: Int { base.rowCount }
  var columnCount: Int { base.columnCount }
  var storedRowCount: Int { 1 }

  func block(rows range: Range<Int>) throws(FormatFailure) -> ValueBlock {
    guard range.upperBound < rowCount else { throw .notOurs(file: "features.h5") }
    return try base.block(rows: range)
  }

  func validRows(_ range: Range<Int>) throws(FormatFailure) -> [Bool] {
    try base.validRows(range)
  }
}
