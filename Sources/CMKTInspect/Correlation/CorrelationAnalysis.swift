import CMKTEngine
import CMKTFormat
package import Tensors

/// How canonical correlations are computed and tested.
package struct CorrelationOptions: Sendable {
  /// Relative to each column's variance.
  package var ridge = 1e-3
  /// Ridges that are tried beside it.
  package var ridgePath = [0, 1e-4, 1e-3, 1e-2, 1e-1, 1]
  package var foldCount = 5
  package var permutationCount = 199
  package var bootstrapCount = 199
  /// What is looked at.
  package var parts = Part.allCases
  package var hypotheses = NullHypothesis.allCases
  /// Whether in-sample correlations get intervals and tests as held-out ones do.
  package var examinesInSample = true
  package var seed: UInt64 = 1
  package var threads = 1

  /// The defaults.
  package init() {}

  func tests(_ hypothesis: NullHypothesis) -> Bool {
    permutationCount > 0 && hypotheses.contains(hypothesis)
  }
}

/// Canonical directions that other data gave.
package struct StoredDirections: Sendable {
  /// `[K1, R]` and `[K2, R]`.
  package let first: Matrix
  package let second: Matrix

  package init(first: Matrix, second: Matrix) {
    self.first = first
    self.second = second
  }
}

/// Correlations of one part of the variation, with intervals and tests.
package struct CorrelationEstimates: Sendable {
  /// `[R]`.
  package let correlations: [Double]
  package let mean: Double
  /// For each correlation, then for the mean; empty where there are too few groups.
  package let intervals: [Interval?]
  /// Of the leading ones.
  package let effectiveCounts: [Double]
  package let nulls: [NullHypothesis: NullOutcome]
  /// All rows along the leading held-out directions, `[n, R]` each; for the within part alone.
  package let projections: (first: Matrix, second: Matrix)?
}

/// Estimates, or why there are none.
package enum PartResult: Sendable {
  case estimates(CorrelationEstimates)
  case refused(String)

  package var estimates: CorrelationEstimates? {
    if case .estimates(let estimates) = self { estimates } else { nil }
  }
}

/// A null hypothesis and the rows that its test takes.
package struct NullSummary: Sendable {
  package let hypothesis: NullHypothesis
  package let rowCount: Int
  package let recordingCount: Int
  /// The common logarithm of the number of different ways to pair the rows.
  package let waysLogarithm10: Double
  /// Why it was not tested; nil where it was.
  package let refusal: String?
}

/// What one ridge gives.
package struct RidgeLine: Sendable {
  package let ridge: Double
  /// First correlation and mean of all, in-sample; nil where there are too few rows.
  package let inSample: (first: Double, mean: Double)?
  /// The same by folds of groups; nil where there is one group.
  package let heldOut: (first: Double, mean: Double)?
}

/// Canonical correlations of two views: held out, in-sample, in each part of the variation.
package struct CorrelationAnalysis: Sendable {
  package let heldOut: [Part: PartResult]
  package let inSample: [Part: PartResult]
  package let nulls: [NullSummary]
  /// Around each recording's mean.
  package let ridgePath: [RidgeLine]
  /// Rows until the views' columns resemble themselves no more, the slower view's.
  package let decorrelationRows: Int
  /// Whether both views wander over whole recordings: then synchrony is rejected too often.
  package let drifts: Bool
  /// Held-out directions by folds, or those of the model.
  package let isCrossValidated: Bool
  /// Directions fitted on all rows, for pictures and measures: in-sample.
  package let directions: StoredDirections
  /// The ridges that these took: more than was asked for where columns depend on each other.
  package let usedRidges: (first: Double, second: Double)
}

extension CorrelationAnalysis {
  /// Leading components whose effective number of rows is computed.
  private static let leadingCount = 8

  /// - Parameter stored: directions from other data; nil to refit by folds of groups.
  package init(
    of views: PairedViews, stored: StoredDirections?, _ options: CorrelationOptions
  ) {
    self.init(of: views, all: nil, stored: stored, options)
  }

  /// - Parameters:
  ///   - views: what is tested.
  ///   - all: the moments of more rows than these, to estimate from; nil where there are none.
  init(
    of views: PairedViews, all moments: RepairedMoments?, stored: StoredDirections?,
    _ options: CorrelationOptions
  ) {
    let memories = [views.first, views.second].map {
      ViewMemory(of: $0, views.recordings, threads: options.threads)
    }
    decorrelationRows = memories.map(\.rows).max() ?? 1
    drifts = [views.first, views.second].allSatisfy {
      Drift(of: $0, views.recordings, threads: options.threads).isFound
    }
    isCrossValidated = stored == nil
    let similarity = zip(memories[0].significant, memories[1].significant).map { $0 * $1 }
    let tests = RepairedTests(
      views, minimumShift: decorrelationRows, similarity: similarity, drifts: drifts, options)
    nulls = tests.summaries
    let all = moments ?? RepairedMoments(views, .none(of: views), threads: options.threads)
    var heldOut: [Part: PartResult] = [:]
    var inSample: [Part: PartResult] = [:]
    for part in options.parts {
      let estimator = PartEstimator(
        views: views, moments: PartMoments(all, part), stored: stored, tests: tests,
        leadingCount: Self.leadingCount, options: options)
      heldOut[part] = estimator.heldOut
      inSample[part] = estimator.inSample
    }
    self.heldOut = heldOut
    self.inSample = inSample
    ridgePath = RidgePath.lines(PartMoments(all, .within), options)
    let total = PartMoments(all, .total)
    let sums = total.sums(over: Array(0..<total.unitCount))
    let analysis = CanonicalAnalysis(
      Whitening(scatter: sums.first.scatter, ridge: options.ridge),
      Whitening(scatter: sums.second.scatter, ridge: options.ridge), cross: sums.crossScatter)
    usedRidges = analysis.ridges
    directions = StoredDirections(
      first: analysis.firstDirections, second: analysis.secondDirections)
  }
}

/// The re-pairings of all hypotheses that can be tested.
struct RepairedTests: Sendable {
  /// Each outcome is the strictest of a hypothesis' re-pairings.
  private let moments: [NullHypothesis: [RepairedMoments]]
  let summaries: [NullSummary]

  init(
    _ views: PairedViews, minimumShift: Int, similarity: [Double], drifts: Bool,
    _ options: CorrelationOptions
  ) {
    let strata = GroupStrata(of: views)
    let synchrony = Repairing.synchrony(
      of: views, minimumShift: minimumShift, similarity: similarity,
      count: options.permutationCount, seed: options.seed)
    let correspondence = Repairing.correspondence(of: views, strata)
    let refusals: [NullHypothesis: String] = [
      .synchrony: Self.synchronyRefusal(synchrony, views, minimumShift, drifts),
      .correspondence: Self.correspondenceRefusal(correspondence, views),
    ].compactMapValues { $0 }
    var moments: [NullHypothesis: [RepairedMoments]] = [:]
    if refusals[.synchrony] == nil, options.tests(.synchrony) {
      moments[.synchrony] = [RepairedMoments(views, synchrony, threads: options.threads)]
    }
    if refusals[.correspondence] == nil, options.tests(.correspondence) {
      // Drift may run by the clock or from start to end: with recordings of unequal length both
      // are tested, and the stricter outcome counts.
      moments[.correspondence] = [
        RepairedMoments(views, correspondence, threads: options.threads)
      ]
      if !strata.keepsEveryRow(of: views) {
        let thinned = views.thinned(to: strata)
        moments[.correspondence]?.append(
          RepairedMoments(
            thinned, .correspondence(of: thinned, strata), threads: options.threads))
      }
    }
    self.moments = moments
    summaries = [synchrony, correspondence].compactMap { repairing in
      guard let hypothesis = repairing.hypothesis else { return nil }
      return NullSummary(
        hypothesis: hypothesis, rowCount: repairing.rowCount,
        recordingCount: repairing.units.count,
        waysLogarithm10: repairing.waysLogarithm / 2.302585092994046,
        refusal: refusals[hypothesis])
    }
  }

  private static func synchronyRefusal(
    _ repairing: Repairing, _ views: PairedViews, _ minimumShift: Int, _ drifts: Bool
  ) -> String? {
    let share = Double(repairing.rowCount) / Double(max(1, views.rowCount))
    let lead = drifts ? "both views drift, and " : ""
    if share < 0.5 {
      return "\(lead)only \(Wording.percent(share)) of the rows lie in recordings of at least four"
        + " decorrelation times (\(4 * minimumShift) rows); test correspondence, or use longer"
        + " recordings"
    }
    guard repairing.hasEnoughWays else {
      return "the recordings can be shifted in fewer than \(Int(Repairing.fewestWays)) different"
        + " ways, so p cannot reach .05; use longer or more recordings"
    }
    return nil
  }

  private static func correspondenceRefusal(
    _ repairing: Repairing, _ views: PairedViews
  ) -> String? {
    guard repairing.hasEnoughWays else {
      return "\(views.groupCount) groups can be exchanged in fewer than"
        + " \(Int(Repairing.fewestWays)) different ways, so p cannot reach .05; use a split with"
        + " at least 4 groups"
    }
    return nil
  }

  /// The hypotheses that make sense of a part of the variation: a shift keeps the means of
  /// recordings, so it tests what varies around them.
  func hypotheses(of part: Part) -> [NullHypothesis] {
    let sensible: [NullHypothesis] =
      part == .within ? [.synchrony, .correspondence] : [.correspondence]
    return sensible.filter { moments[$0] != nil }
  }

  /// The strictest outcome of `body` over the re-pairings of `hypothesis`.
  func outcome(
    _ hypothesis: NullHypothesis, _ part: Part, _ body: (PartMoments) -> NullOutcome
  ) -> NullOutcome? {
    let outcomes = (moments[hypothesis] ?? []).map { body(PartMoments($0, part)) }
    return outcomes.dropFirst().reduce(outcomes.first) { $0?.stricter($1) }
  }
}
