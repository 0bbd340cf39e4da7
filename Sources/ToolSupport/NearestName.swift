/// The candidate that `name` is most likely a slip of, or nil where none is close.
///
/// Close means an edit distance (insertion, deletion, substitution, transposition) of at most a
/// third of the name's length, at least 1 and at most 3, or the name being a prefix of just one
/// candidate. Ties go to the earlier candidate.
///
/// - Complexity: O(candidates · length²).
package func nearest(to name: String, in candidates: [String]) -> String? {
  let lowered = Array(name.lowercased().prefix(64))
  guard !lowered.isEmpty else { return nil }
  let limit = min(3, max(1, lowered.count / 3))
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let distance = editDistance(lowered, Array(candidate.lowercased().prefix(64)))
    if distance <= limit, distance < (best?.distance ?? Int.max) {
      best = (candidate, distance)
    }
  }
  if let best { return best.candidate }
  let extensions = candidates.filter { $0.lowercased().hasPrefix(String(lowered)) }
  return extensions.count == 1 && lowered.count >= 2 ? extensions[0] : nil
}

/// Optimal string alignment distance: edits and transpositions of neighbours cost 1 each.
func editDistance(_ first: [Character], _ second: [Character]) -> Int {
  var beforePrevious: [Int] = []
  var previous = Array(0...second.count)
  for row in 0..<first.count {
    var current = [row + 1]
    for column in 0..<second.count {
      let substitution = previous[column] + (first[row] == second[column] ? 0 : 1)
      var cost = min(substitution, previous[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
        cost = min(cost, beforePrevious[column - 1] + 1)
      }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[second.count]
}
