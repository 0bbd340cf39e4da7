/// What must be known before intervals from a bootstrap over units and seeds are believed.
///
/// - Parameters:
///   - noun: what the units are, such as `groups`.
///   - seedCount: nil where seeds are not drawn by themselves.
func intervalWarnings(unitCount: Int, noun: String, seedCount: Int?) -> [String] {
  var warnings: [String] = []
  if unitCount < 2, seedCount ?? 1 < 2 {
    warnings.append("there is one group and one seed: no interval can be given")
  } else if unitCount < 2 {
    warnings.append("there is one group: the intervals tell of seeds, not of other people")
  } else if unitCount < 10 {
    warnings.append("\(unitCount) \(noun) are few: intervals from fewer than ten are rough")
  }
  if seedCount == 1 {
    warnings.append("there is one seed: the intervals leave out the noise of training")
  }
  return warnings
}

/// `1 seed`, `2 seeds`.
func counted(_ count: Int, _ noun: String) -> String {
  "\(count) \(noun)\(count == 1 ? "" : "s")"
}
