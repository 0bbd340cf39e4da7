/// What is known of the feature sets that came with RECOLA.
struct KnownFeatures: Sendable {
  /// As the organisers spell it, without `features_`.
  let name: String
  let featureCount: Int
  let extractor: String
  /// Length of the windows in the branch of each target, seconds; AVEC 2016.
  let windowSeconds: [String: Double]

  private static let all = [
    KnownFeatures(
      name: "audio", featureCount: 88, extractor: "openSMILE eGeMAPS functionals",
      windowSeconds: ["arousal": 4, "valence": 6]),
    KnownFeatures(
      name: "video_appearance", featureCount: 168, extractor: "LGBP-TOP, reduced by PCA",
      windowSeconds: ["arousal": 6, "valence": 4]),
    KnownFeatures(
      name: "video_geometric", featureCount: 632, extractor: "facial landmarks",
      windowSeconds: ["arousal": 4, "valence": 8]),
    KnownFeatures(name: "ECG", featureCount: 19, extractor: "", windowSeconds: [:]),
    KnownFeatures(name: "HRHRV", featureCount: 10, extractor: "", windowSeconds: [:]),
    KnownFeatures(name: "EDA", featureCount: 8, extractor: "", windowSeconds: [:]),
    KnownFeatures(name: "SCL", featureCount: 8, extractor: "", windowSeconds: [:]),
    KnownFeatures(name: "SCR", featureCount: 8, extractor: "", windowSeconds: [:]),
  ]

  /// The organisers' spelling of `set`, or `set` itself where they have none.
  static func spelling(_ set: String) -> String {
    all.first { $0.name.lowercased() == set.lowercased() }?.name ?? set
  }

  /// The known set of that name and width.
  static func known(_ set: String, featureCount: Int) -> KnownFeatures? {
    all.first { $0.name == set && $0.featureCount == featureCount }
  }
}
