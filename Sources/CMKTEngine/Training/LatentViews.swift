import Tensors

/// The rows of a weak and a strong latent that are to be aligned.
struct LatentViews {
  /// `[R, K]`.
  var weak: Variable<Float>
  /// `[R, K]`.
  var strong: Variable<Float>
  /// `[R]`; rows of weight 0 do not count.
  var weights: [Double]
  /// The recording of each row, `[R]`.
  var recordings: [String]

  /// The means over `ranges` of rows, one row each, with the recording of each.
  func pooled(
    over ranges: [Range<Int>], recordings: [String], on tape: Tape<Float>
  ) -> LatentViews {
    LatentViews(
      weak: tape.meanPool(weak, ranges: ranges, weights: weights),
      strong: tape.meanPool(strong, ranges: ranges, weights: weights),
      weights: ranges.map { range in range.contains { weights[$0] > 0 } ? 1 : 0 },
      recordings: recordings)
  }

  /// Less the mean of the rows of the same recording, as far as they count.
  ///
  /// What differs between recordings, such as who is speaking, then correlates no more. A recording
  /// with one row keeps nothing, and that row does not count.
  ///
  /// - Complexity: O(R·G·K) for G recordings.
  func centredByRecording(on tape: Tape<Float>) -> LatentViews {
    let names = Array(Set(recordings)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: zip(names, names.indices))
    let rowGroups = recordings.map { numbers[$0] ?? 0 }
    var totals = [Double](repeating: 0, count: names.count)
    for (group, weight) in zip(rowGroups, weights) { totals[group] += weight }
    // [G, R]: minus the share of each row in the mean of its recording.
    var shares = [Float](repeating: 0, count: names.count * rowGroups.count)
    for (row, group) in rowGroups.enumerated() where totals[group] > 0 {
      shares[group * rowGroups.count + row] = -Float(weights[row] / totals[group])
    }
    let averaging = tape.constant(
      Tensor(shape: [names.count, rowGroups.count], elements: shares))
    func centred(_ latent: Variable<Float>) -> Variable<Float> {
      tape.add(latent, tape.gatherRows(tape.product(averaging, latent), rowGroups))
    }
    var result = self
    result.weak = centred(weak)
    result.strong = centred(strong)
    result.weights = zip(weights, rowGroups).map { totals[$1] > 1 ? $0 : 0 }
    return result
  }
}
