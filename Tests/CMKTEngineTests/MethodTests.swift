import CMKTEngine
import CMKTFormat
import Tensors
import TestSupport
import Testing

@Suite struct MethodTests {
  let features = SyntheticFeatures.file(sequenceCount: 24)

  @Test(arguments: Method.allCases) func everyMethodTrainsAndItsFileIsSound(
    method: Method
  ) throws {
    let model = try quickFit(
      features, method: method, recipe: quickRecipe("training.epochs=3")
    ).model
    #expect(model.architecture.method == method.rawValue)
    #expect(model.weights.map(\.name) == WeightName.entries(of: model.architecture).map(\.name))
    let folder = try TemporaryFolder()
    let path = folder.file("model.h5")
    try model.write(to: path, replacing: false)
    #expect(try Validator.validate(path).findings.isEmpty)
    let read = try ModelFile.read(path).0
    #expect(read.architecture == model.architecture && read.weights == model.weights)
    let evaluation = try Evaluation(model: read, features: features, split: .test)
    let score = metric("ccc (concatenated)", of: evaluation.targets.first?.columns)
    #expect(score.isFinite)
  }

  /// With the transfer's weights at 0, every method is the baseline, to the bit: its weak path
  /// starts from the same weights and sees the same order and the same masks.
  @Test(arguments: Method.allCases.filter { $0.plan.teacher != .none })
  func withoutTransferEveryMethodIsTheBaseline(method: Method) throws {
    let recipe = try quickRecipe(
      "training.epochs=4", "loss.alpha=0", "loss.beta=0", "loss.gamma=0")
    let baseline = try quickFit(features, method: .unimodal, recipe: recipe).model
    let model = try quickFit(features, method: method, recipe: recipe).model
    for weight in baseline.weights {
      #expect(model.weight(weight.name) == weight.tensor, "\(weight.name)")
    }
    let transferred = try quickFit(
      features, method: method, recipe: quickRecipe("training.epochs=4")
    ).model
    #expect(transferred.weight("encoder/latent/weight") != model.weight("encoder/latent/weight"))
  }

  @Test func sewTrainsAnAutoEncoderTogether() throws {
    let model = try quickFit(features, method: .sew).model
    let branch = try #require(model.architecture.strong.first)
    #expect(branch.heads.isEmpty)
    #expect(branch.autoencoder?.outputSize == 5 && branch.translator?.outputSize == 5)
    #expect(model.weights.contains { $0.name.hasPrefix("autoencoder/strong/") })
    for term in ["autoencoder", "translation", "correlation"] {
      let curve = try #require(
        model.training.history.first { $0.name == "joint/train/\(term)" }?.values)
      #expect(curve[curve.count - 1] < curve[0], "\(term)")
    }
    #expect(!model.training.history.contains { $0.name.hasPrefix("step") })
    let alignment = try #require(model.alignment["strong"])
    #expect(alignment.correlations[0] > 0.6)
  }

  @Test func ablationsLeaveOutWhatTheyName() throws {
    let recipe = try quickRecipe("training.epochs=2", "compare.weak=false")
    func terms(_ method: Method) throws -> Set<String> {
      Set(
        try quickFit(features, method: method, recipe: recipe).model.training.history.map(\.name)
          .filter { $0.hasPrefix("step2/train/") })
    }
    let common: Set = ["step2/train/loss", "step2/train/task"]
    #expect(try terms(.translationOnly) == common.union(["step2/train/translation"]))
    #expect(try terms(.alignmentOnly) == common.union(["step2/train/correlation"]))
    let own = try quickFit(features, method: .selfTranslation, recipe: recipe).model
    #expect(own.architecture.strong.map(\.modality) == [own.architecture.weak])
    #expect(own.architecture.strong.first?.encoder == own.architecture.encoder)
  }

  @Test func strongOnlyDeploysTheStrongModality() throws {
    let noisy = SyntheticFeatures.file(weakNoise: 3, sequenceCount: 24)
    let model = try quickFit(noisy, method: .strongOnly).model
    #expect(model.architecture.weak.name == "strong" && model.architecture.strong.isEmpty)
    #expect(Array(model.normalisation.keys) == ["strong"])
    var strongAlone = noisy
    strongAlone.modalities["weak"] = nil
    func score(_ model: ModelFile, _ features: FeaturesFile) throws -> Double {
      let evaluation = try Evaluation(model: model, features: features, split: .test)
      return metric("ccc (concatenated)", of: evaluation.targets.first?.columns)
    }
    let ceiling = try score(model, strongAlone)
    #expect(ceiling > 0.8)
    let baseline = try score(quickFit(noisy, method: .unimodal).model, noisy)
    #expect(ceiling > baseline)
  }

  @Test func severalStrongModalitiesShareTheWeights() throws {
    var features = features
    features.modalities["second"] = features.modalities["strong"]
    let request = try TrainingRequest(
      method: .cmStew, weak: "weak", strong: ["strong", "second"], targets: ["mood"],
      recipe: quickRecipe("training.epochs=3", "loss.alpha=0.8", "loss.beta=0.4"), seed: 1)
    let result = try Trainer(features: features, fingerprint: "f", request: request, threads: 1)
      .fit()
    let model = result.model
    #expect(model.architecture.strong.map(\.modality.name) == ["strong", "second"])
    #expect(model.weights.map(\.name) == WeightName.entries(of: model.architecture).map(\.name))
    #expect(model.alignment.keys.sorted() == ["second", "strong"])
    func curve(_ name: String) throws -> [Double] {
      try #require(model.training.history.first { $0.name == name }?.values, "\(name)")
    }
    for name in ["step1/strong/train/task", "step1/second/valid/task"] { _ = try curve(name) }
    let loss = try curve("step2/train/loss")[0]
    let task = try curve("step2/train/task")[0]
    let rest = try ["strong", "second"].reduce(0.0) {
      try $0 + 0.4 * curve("step2/train/correlation/\($1)")[0]
        + 0.2 * curve("step2/train/translation/\($1)")[0]
    }
    #expect(abs(loss - task - rest) < 1e-9)
    let folder = try TemporaryFolder()
    try model.write(to: folder.file("two.h5"), replacing: false)
    #expect(try Validator.validate(folder.file("two.h5")).findings.isEmpty)
  }

  @Test func warmupRaisesTheWeightsEvenly() throws {
    let history = try quickFit(
      features,
      recipe: quickRecipe("transfer.warmup-epochs=3", "training.epochs=5", "loss.beta=0.1")
    ).model.training.history
    func curve(_ name: String) throws -> [Double] {
      try #require(history.first { $0.name == "step2/train/\(name)" }?.values)
    }
    let (loss, task) = try (curve("loss"), curve("task"))
    let (correlation, translation) = try (curve("correlation"), curve("translation"))
    for (epoch, share) in [0.25, 0.5, 0.75, 1, 1].enumerated() {
      let transfer = correlation[epoch] + 0.1 * translation[epoch]
      #expect(abs(loss[epoch] - task[epoch] - share * transfer) < 1e-9)
    }
  }
}
