package import CMKTFormat

extension ModelFile {
  /// What hints that the weak modality of `features` went through another normaliser than the data
  /// that trained this model; nil where nothing does.
  ///
  /// A contract cannot tell raw from standardised columns of the same names. Suspect are files of which
  /// more than a quarter of the columns lie off, their mean by more than 8 training deviations or their
  /// deviation by a factor of more than 20; and those of which nearly all columns are standardised,
  /// mean about 0 and deviation about 1, where those that trained were not, or the other way round.
  ///
  /// - Throws: `unreadable`.
  package func scaleSuspicion(of features: FeaturesFile) throws(EngineFailure) -> String? {
    let name = architecture.weak.name
    guard architecture.weak.normalisation == nil, let rows = features.rows(of: name),
      let trained = normalisation[name], trained.mean.count == rows.columnCount
    else { return nil }
    let found = try Normalisation(fitting: rows, in: Self.sample(of: rows.rowCount))
    let wrong = trained.mean.indices.filter { column in
      let (mean, scale) = (trained.mean[column], trained.scale[column])
      let ratio = found.scale[column] / scale
      // 1 may stand for a column without spread.
      return abs(found.mean[column] - mean) > 8 * max(scale, found.scale[column])
        || (found.scale[column] != 1 && scale != 1 && (ratio > 20 || ratio < 0.05))
    }
    let standardised = (trained.isStandardised, found.isStandardised)
    if standardised.0 != standardised.1, rows.rowCount >= 100 {
      let (here, there) = standardised.1 ? ("are", "were not") : ("are not", "were")
      return
        "the features of '\(name)' \(here) standardised, mean about 0 and deviation about 1, and "
        + "those that trained the model \(there); give them as for training"
    }
    guard let first = wrong.first, 4 * wrong.count > trained.mean.count else { return nil }
    return "\(wrong.count) of \(trained.mean.count) features of '\(name)' are scaled unlike those "
      + "that trained the model: '\(architecture.weak.featureNames[first])' has mean "
      + "\(found.mean[first]) and deviation \(found.scale[first]), expected \(trained.mean[first]) "
      + "and \(trained.scale[first]); were they normalised by something else?"
  }

  /// A hundred runs of a hundred rows, evenly spread: so many tell the scale of a column well enough.
  private static func sample(of rowCount: Int) -> [Range<Int>] {
    let length = 100
    guard rowCount > length * length else { return [0..<rowCount] }
    return (0..<length).map { part in
      let first = part * (rowCount - length) / (length - 1)
      return first..<(first + length)
    }
  }
}

extension Normalisation {
  /// Whether nine of ten columns have a mean about 0 and a deviation about 1.
  fileprivate var isStandardised: Bool {
    let count = mean.indices.count { column in
      abs(mean[column]) < 0.25 && (0.75...1.33).contains(scale[column])
    }
    return 10 * count >= 9 * mean.count
  }
}
