/// What to do with a label that is NaN or infinite.
package enum MissingTargets: String, CaseIterable, Sendable {
  /// It is an error that names the place.
  case refuse
  /// Its row counts as unlabelled.
  case mask
}

/// Which sequences play which part.
package enum SplitPolicy: Equatable, Sendable {
  /// As the source says.
  case standard
  /// Every sequence belongs to no split.
  case none
  /// As the JSON file at this path says.
  case file(String)
}

/// One import: a source and what to make of it.
package struct ImportRequest: Sendable {
  /// A path, or `synthetic:mosi` or `synthetic:recola` with parameters after a `?`.
  package var source: String
  /// Nil for detection by content.
  package var format: ImportFormat?
  /// For synthetic sources.
  package var seed = 1
  /// The targets to keep; empty for all.
  package var targets: [String] = []
  package var splitPolicy = SplitPolicy.standard
  package var missingTargets = MissingTargets.refuse
  /// By modality: the splits of the source that its extractor was fitted on.
  package var fittedOn: [String: [String]] = [:]

  package init(source: String) {
    self.source = source
  }
}
