import CMKTFormat

/// The groups of a features file, speakers or else recordings, of which sequences trained a model.
struct TrainedGroups: Sendable {
  private let names: Set<String>
  private let table: SequenceTable

  /// Nil where the model does not say which sequences trained it.
  init?(of model: ModelFile, in features: FeaturesFile) {
    guard model.training.shared == nil else { return nil }
    let table = features.sequences
    let ids = Set(model.training.trainIds)
    self.table = table
    names = Set(table.ids.indices.filter { ids.contains(table.ids[$0]) }.map(table.group(of:)))
  }

  /// How many of the groups of `sequences` are among them.
  func count(among sequences: [Int]) -> Int {
    names.intersection(sequences.map(table.group(of:))).count
  }

  /// What a reader must know of `count` groups; nil where there are none.
  static func warning(_ count: Int?, split: String) -> String? {
    guard let count, count > 0 else { return nil }
    return "\(Wording.count(count)) groups stand both in split \(split) and in what trained the"
      + " model: its latents know these speakers or recordings, so that nothing here tells of new"
      + " ones."
  }
}
