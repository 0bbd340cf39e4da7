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
        threads: request.options.threads)
      let judged = Self.moments(
        try source.rows(of: try source.sequences(of: request.split), as: request.rowKind),
        request.options)
      // A file may hold other recordings than those that trained the model.
      if fit == .train, let sequences = try? source.sequences(of: .train) {
        let fitted = Self.moments(
          try source.rows(of: sequences, as: request.rowKind), request.options)
        results.append(Self.transferred(fitted, judged, request.options))
      } else {
        fit = .folds
        results.append(Self.crossValidated(judged, request.options))
      }
    }
    self.fit = fit
    (initial, trained) = (results[0], results[1])
  }

  private static func moments(_ rows: ViewRows, _ options: CorrelationOptions) -> PartMoments {
    let views = rows.paired
    return PartMoments(
      RepairedMoments(views, .none(of: views), threads: options.threads), .within)
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
