import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct PostprocessingTests {
  /// Four slow series, and a predictor that is late, small, off centre and noisy.
  private func distorted(
    late: Int = 3, factor: Double = 0.4, offset: Double = 0.7, noise: Float = 0.3
  ) -> [ValidationSeries] {
    var world = SyntheticFeatures(state: 5)
    return (0..<4).map { index in
      var level = 0.0
      let gold = (0..<(200 + 10 * index)).map { _ -> Double in
        level = 0.97 * level + 0.2 * Double(world.uniform())
        return level + 0.3
      }
      let predictions = gold.indices.map { row in
        factor * gold[max(0, row - late)] + offset + 0.1 * Double(noise * world.uniform())
      }
      return ValidationSeries(
        predictions: predictions, rows: Array(stride(from: 0, to: gold.count, by: 2)),
        gold: stride(from: 0, to: gold.count, by: 2).map { gold[$0] })
    }
  }

  private func concordance(
    _ series: [ValidationSeries], _ steps: [PostprocessingStep]
  ) -> Double? {
    let rows = series.map { one in
      let values = steps.reduce(one.predictions) { $1.applied(to: $0) }
      return one.rows.map { values[$0] }
    }
    let gold = series.flatMap(\.gold)
    return CMKTEngine.concordance(
      ScoredRows(
        predictions: rows.flatMap(\.self), gold: gold,
        recordings: Array(repeating: 0, count: gold.count)))
  }

  @Test func medianIsThatOfTheSortedWindow() {
    var world = SyntheticFeatures(state: 9)
    for count in [0, 1, 2, 7, 40] {
      let values = (0..<count).map { _ in Double((world.uniform() * 8).rounded()) }
      for width in [1, 3, 7, 99] {
        let naive = values.indices.map { index -> Double in
          let window = values[max(0, index - width / 2)...min(count - 1, index + width / 2)]
            .sorted()
          let middle = window.count / 2
          return window.count % 2 == 1
            ? window[middle] : (window[middle - 1] + window[middle]) / 2
        }
        #expect(medianFiltered(values, width: width) == naive)
      }
    }
  }

  @Test func medianTakesWhatIsNotANumber() {
    let values = [Double.nan, 1, -.infinity, 2, .infinity, -.nan, 0, -0.0]
    #expect(medianFiltered(values, width: 3).count == values.count)
    #expect(medianFiltered(values, width: 101).count == values.count)
  }

  @Test func fitUndoesWhatWasDone() throws {
    let series = distorted(noise: 1.5)
    let steps = PostprocessingFit(medianLimit: 51, shiftLimit: 20).steps(for: series, column: nil)
    #expect(steps.map(\.kind) == ["median", "centre", "scale", "centre", "shift"])
    #expect(steps.last?.frames == 3)
    let before = try #require(concordance(series, []))
    let after = try #require(concordance(series, steps))
    #expect(before < 0.5 && after > 0.9)
  }

  @Test func eachStepRaisesValidation() throws {
    for (late, factor, offset) in [(0, 1.0, 0.0), (0, 1, 0.5), (4, 1, 0), (0, 3, -1)] {
      let series = distorted(late: late, factor: factor, offset: offset)
      let steps = PostprocessingFit(medianLimit: 51, shiftLimit: 20)
        .steps(for: series, column: nil)
      var best = try #require(concordance(series, []))
      var index = 0
      while index < steps.count {
        // Scaling is about the mean: a factor and an offset.
        index += steps[index].kind == "scale" ? 2 : 1
        let score = try #require(concordance(series, Array(steps.prefix(index))))
        #expect(score > best)
        best = score
      }
    }
  }

  @Test func nothingIsDoneToWhatIsPerfectOrHasNoScore() {
    let fit = PostprocessingFit(medianLimit: 51, shiftLimit: 20)
    let perfect = distorted(late: 0, factor: 1, offset: 0, noise: 0)
    #expect(fit.steps(for: perfect, column: nil).isEmpty)
    let constant = perfect.map {
      ValidationSeries(
        predictions: $0.predictions, rows: $0.rows,
        gold: Array(repeating: 1, count: $0.gold.count))
    }
    #expect(fit.steps(for: constant, column: nil).isEmpty)
    #expect(fit.steps(for: [], column: nil).isEmpty)
    let off = PostprocessingFit(medianLimit: 0, shiftLimit: 0)
    let kinds = off.steps(for: distorted(), column: 0).map(\.kind)
    #expect(kinds == ["centre", "scale", "centre"])
  }

  @Test func columnsAreTheirOwn() throws {
    let chain = try Postprocessing(
      [
        PostprocessingStep(kind: "shift", frames: 1, value: 0),
        PostprocessingStep(kind: "centre", frames: 0, value: 10, column: 1),
        PostprocessingStep(kind: "scale", frames: 0, value: 2, column: 0),
      ], target: "t", columnCount: 2)
    let values = Tensor<Float>(shape: [3, 2], elements: [1, 2, 3, 4, 5, 6])
    #expect(chain.applied(to: values).elements == [6, 14, 10, 16, 10, 16])
    let empty = Tensor<Float>(shape: [0, 2], elements: [])
    #expect(chain.applied(to: empty) == empty)
  }

  @Test(arguments: [
    PostprocessingStep(kind: "median", frames: 2, value: 0),
    PostprocessingStep(kind: "median", frames: -3, value: 0),
    PostprocessingStep(kind: "shift", frames: .max, value: 0),
    PostprocessingStep(kind: "scale", frames: 0, value: .nan),
    PostprocessingStep(kind: "smooth", frames: 3, value: 0),
    PostprocessingStep(kind: "centre", frames: 0, value: 1, column: 2),
  ]) func unsoundStepsAreRefused(step: PostprocessingStep) {
    #expect(throws: EngineFailure.self) {
      try Postprocessing([step], target: "t", columnCount: 2)
    }
  }

  @Test func trainingFitsTheChainOnValidationAndPredictionsPassIt() throws {
    let features = SyntheticFeatures.file(sequenceCount: 24)
    let recipe = try quickRecipe("postprocessing.fit=true", "training.epochs=3")
    let result = try quickFit(features, targets: ["mood", "positive"], recipe: recipe)
    let chain = try #require(result.model.postprocessing["mood"])
    #expect(result.model.postprocessing.count == 1 && chain.contains { $0.kind == "scale" })
    let scores = result.validation.filter { $0.stage == .second && $0.target == "mood" }
    let values = scores.map { metric("ccc (concatenated)", of: $0.columns) }
    #expect(values.count == 2 && values[1] > values[0])
    let evaluation = try Evaluation(model: result.model, features: features, split: .valid)
    let raw = try Evaluation(
      model: result.model, features: features, split: .valid, postprocesses: false)
    let found = [raw, evaluation].map {
      metric("ccc (concatenated)", of: $0.targets.first { $0.name == "mood" }?.columns)
    }
    #expect(zip(found, values).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(raw.predictions["positive"] == evaluation.predictions["positive"])
  }

  @Test func onlyValidationIsReadForTheChain() throws {
    let features = SyntheticFeatures.file()
    var blind = features
    for index in features.sequences.ids.indices where features.sequences.splits[index] == .test {
      for frame in features.sequences.frames(of: index) {
        blind.targets["mood"]?.values.elements[frame] = -99
      }
    }
    let recipe = try quickRecipe("postprocessing.fit=true", "training.epochs=2")
    #expect(try quickFit(features, recipe: recipe).model == quickFit(blind, recipe: recipe).model)
  }
}
