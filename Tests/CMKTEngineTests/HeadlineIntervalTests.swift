import CMKTEngine
import CMKTFormat
import Testing

@Suite struct HeadlineIntervalTests {
  let features = SyntheticFeatures.file(weakNoise: 1.5, sequenceCount: 24)

  @Test func intervalHoldsTheFigure() throws {
    let model = try quickFit(
      features, method: .unimodal, targets: ["mood", "positive"],
      recipe: quickRecipe("training.epochs=5")
    ).model
    let evaluation = try Evaluation(model: model, features: features, split: .all)
    let intervals = try evaluation.headlineIntervals(features: features)
    #expect(try evaluation.headlineIntervals(features: features) == intervals)
    for (target, interval) in zip(evaluation.targets, intervals) {
      let interval = try #require(interval)
      #expect(interval.groupCount == 24)
      let value = metric(interval.title, of: target.columns)
      #expect(interval.lower < value && value < interval.upper)
      // 24 recordings of about 25 frames pin down neither to a hundredth nor leave it open.
      #expect((0.01...0.6).contains(interval.upper - interval.lower))
    }
    let few = try Evaluation(model: model, features: features, split: .valid)
    #expect(try few.headlineIntervals(features: features).map { $0?.groupCount } == [2, 2])
  }

  @Test func oneGroupHasNone() throws {
    var alone = features
    alone.sequences.speakers = alone.sequences.splits.indices.map {
      alone.sequences.splits[$0] == .test ? "one" : "s\($0)"
    }
    let model = try quickFit(
      alone, method: .unimodal, recipe: quickRecipe("training.epochs=1")
    ).model
    let evaluation = try Evaluation(model: model, features: alone, split: .test)
    #expect(try evaluation.headlineIntervals(features: alone) == [nil])
  }
}
