import CMKTEngine
import CMKTFormat
import Tensors
import Testing

/// What the shuffled controls exchange.
@Suite struct ControlTests {
  /// Twenty-four sequences of eight speakers.
  let features: FeaturesFile = {
    var file = SyntheticFeatures.file(sequenceCount: 24)
    for index in 0..<20 { file.sequences.speakers[index] = "p\(index % 5)" }
    for index in 20..<24 { file.sequences.speakers[index] = "q\(index % 2)" }
    return file
  }()

  private func data(targets: [String] = ["mood"]) throws -> TrainingData {
    try TrainingData(
      features: features,
      request: TrainingRequest(
        method: .shuffledPairing, weak: "weak", strong: ["strong"], targets: targets,
        recipe: Recipe(), seed: 1))
  }

  @Test(arguments: [TransferPlan.Pairing.exchanged, .exchangedWithinTarget])
  func partnersAreOfOtherGroups(pairing: TransferPlan.Pairing) throws {
    let data = try data()
    let exchange = try #require(try SequenceExchange(pairing, of: data, seed: 1))
    for index in data.plan.train + data.plan.valid {
      let partner = exchange.partners[index]
      #expect(features.sequences.group(of: partner) != features.sequences.group(of: index))
      #expect(features.sequences.splits[partner] == features.sequences.splits[index])
    }
    for index in data.plan.test { #expect(exchange.partners[index] == index) }
    let again = try SequenceExchange(pairing, of: data, seed: 1)
    #expect(again?.partners == exchange.partners)
    let other = try SequenceExchange(pairing, of: data, seed: 2)
    #expect(other?.partners != exchange.partners)
    let none = try SequenceExchange(.own, of: data, seed: 1)
    #expect(none == nil)
  }

  @Test func wholeSequencesAreExchangedOneForOne() throws {
    let data = try data()
    let exchange = try #require(try SequenceExchange(.exchanged, of: data, seed: 3))
    #expect(Set(data.plan.train.map { exchange.partners[$0] }) == Set(data.plan.train))
    let strong = data.strong[0]
    let exchanged = exchange.exchanged(strong)
    for index in data.plan.train {
      let own = data.sequences.frames(of: index)
      let other = data.sequences.frames(of: exchange.partners[index])
      for (step, frame) in own.enumerated() {
        let source = other.lowerBound + step % other.count
        #expect(
          try exchanged.inputs.tensor(rows: [frame..<frame + 1])
            == strong.inputs.tensor(rows: [source..<source + 1]))
        #expect(exchanged.validRows[frame] == strong.validRows[source])
      }
    }
  }

  /// With a target on whole sequences, partners of like target have nearly the same value.
  @Test func withinTargetPartnersHaveLikeTargets() throws {
    let data = try data(targets: ["whole"])
    let values = try #require(features.targets["whole"]).values.elements
    func meanDifference(_ pairing: TransferPlan.Pairing) throws -> Double {
      let exchange = try #require(try SequenceExchange(pairing, of: data, seed: 1))
      let differences = data.plan.train.map {
        Double(abs(values[2 * $0] - values[2 * exchange.partners[$0]]))
      }
      return differences.reduce(0, +) / Double(differences.count)
    }
    let (alike, any) = try (meanDifference(.exchangedWithinTarget), meanDifference(.exchanged))
    #expect(alike < 0.5 * any)
  }

  @Test func shufflingTakesTheCorrelationAway() throws {
    func held(_ method: Method) throws -> Double {
      let model = try quickFit(
        features, method: method, recipe: quickRecipe("compare.weak=false")
      ).model
      return try #require(
        model.training.history.first { $0.name == "step2/valid/correlation" }?.values.last)
    }
    // The loss is minus the mean correlation.
    let (own, shuffled) = try (held(.cmStew), held(.shuffledPairing))
    #expect(own < shuffled - 0.1)
  }

  @Test func oneGroupCannotExchange() throws {
    var alone = features
    for index in 0..<20 { alone.sequences.speakers[index] = "p" }
    let failure = #expect(throws: EngineFailure.self) {
      try quickFit(alone, method: .shuffledPairing, recipe: quickRecipe("training.epochs=1"))
    }
    #expect(failure?.description.contains("two or more groups") == true)
  }
}
