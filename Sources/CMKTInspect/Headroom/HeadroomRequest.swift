package import CMKTEngine

/// How the delay of a target on frames is decided.
package enum HeadroomDelay: Sendable, Equatable {
  /// As the file says.
  case file
  case seconds(Double)
  /// The one of 0, 0.4, … 8 s at which both modalities together predict best.
  case search
}

/// What `headroom` is asked for.
package struct HeadroomRequest: Sendable {
  package var featuresPath: String
  package var weak: String
  package var strong: String
  package var target: String
  /// Where the probes are judged; `train` by cross-validation over groups.
  package var split: EvaluationSplit
  package var delay = HeadroomDelay.file
  /// To either side of a row, seconds; 0 for the row alone.
  package var contextSeconds = 0.0
  /// Penalties to choose from, above 0; relative to standardised features.
  package var ridges = HeadroomRequest.standardRidges
  package var foldCount = 5
  package var permutationCount = 99
  package var seed: UInt64 = 1
  package var threads = 1

  package init(
    featuresPath: String, weak: String, strong: String, target: String,
    split: EvaluationSplit = .train
  ) {
    self.featuresPath = featuresPath
    self.weak = weak
    self.strong = strong
    self.target = target
    self.split = split
  }

  /// From next to nothing to next to no slope.
  package static let standardRidges = [1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100]

  /// Seconds that `search` tries.
  static let delays = (0...20).map { Double($0 * 4) / 10 }
}
