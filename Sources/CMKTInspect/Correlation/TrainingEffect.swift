import CMKTEngine
import CMKTFormat
import Tensors

/// Canonical correlations around each recording's mean with a model's initial and its trained
/// weights, both fitted and judged in the same way.
package struct TrainingEffect: Sendable {
  /// How directions are found and where they are judged.
  package enum Fit: String, Sendable {
    /// Fitted on the sequences of split `train`, judged on the split that was asked for.
    case train
    /// Refitted by folds of groups.
    case folds
  }

  package let fit: Fit
  /// `[R]`; nil where there are too few rows or groups.
  package let initial: [Double]?
  package let trained: [Double]?

  init(_ request: CorrelateRequest) throws(InspectFailure) {
    let isTrainSplit = request.split == .train || request.split == .all
    var fit = isTrainSplit ? Fit.folds : .train
    var results: [[Double]?] = []
    for stage in [TrainingStage.initial, .trained] {
      let source = try ViewSource(
        modelPath: request.modelPath, featuresPath: request.featuresPath,
        between: request.first, and: request.second, strong: request.strong, stage: stage,
        threads: request.options.threads, memory: request.memory)
      let judged = try Self.moments(source, try source.sequences(of: request.split), request)
      // A file may hold other recordings than those that trained the model.
      if fit == .train, let sequences = try? source.sequences(of: .train) {
        let fitted = try Self.moments(source, sequences, request)
        results.append(Self.transferred(fitted, judged, request.options))
      } else {
        fit = .folds
        results.append(Self.crossValidated(judged, request.options))
      }
    }
    self.fit = fit
    (initial, trained) = (results[0], results[1])
  }

  private static func moments(
    _ source: ViewSource, _ sequences: [Int], _ request: CorrelateRequest
  ) throws(InspectFailure) -> PartMoments {
    let sample = try FrameSample(
      of: sequences, in: source.features.sequences, atMost: request.maximumFrameCount,
      seed: request.options.seed)
    let threads = request.options.threads
    let rows = try source.rows(of: sample.sequences, as: request.rowKind)
    let moments =
      sample.isAll
      ? RepairedMoments(rows.paired, .none(of: rows.paired), threads: threads)
      : try source.moments(of: sequences, as: request.rowKind, sample: rows, threads: threads)
    return PartMoments(moments, .within)
  }

  private static func transferred(
    _ fitted: PartMoments, _ judged: PartMoments, _ options: CorrelationOptions
  ) -> [Double]? {
    let rows = fitted.first.reduce(0.0) { $0 + $1.count }
    guard Int(rows) - fitted.unitCount > fitted.widths.first + fitted.widths.second else {
      return nil
    }
    let directions = Directions(
      roughFit: fitted.sums(over: Array(0..<fitted.unitCount)), ridge: options.ridge)
    return directions.correlations(judged.sums(over: Array(0..<judged.unitCount)))
  }

  private static func crossValidated(
    _ judged: PartMoments, _ options: CorrelationOptions
  ) -> [Double]? {
    let test = CrossValidatedTest(judged, ridge: options.ridge, foldCount: options.foldCount)
    let groups = Set(judged.moments.repairing.units.map(\.group))
    guard groups.count > 1, test.fewestFitRows > judged.widths.first + judged.widths.second else {
      return nil
    }
    return test.observed
  }
}
