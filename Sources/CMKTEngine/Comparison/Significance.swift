/// The two-sided p of the paired t-test: that the mean of `differences` is 0.
///
/// Nil for fewer than two differences, or where all are equal and so have no spread.
package func pairedTestProbability(_ differences: [Double]) -> Double? {
  guard differences.count > 1, let deviation = sampleDeviation(differences), deviation > 0 else {
    return nil
  }
  let count = Double(differences.count)
  let mean = differences.reduce(0, +) / count
  let t = mean / (deviation / count.squareRoot())
  return 2 * StudentDistribution(degrees: count - 1).probability(below: -abs(t))
}

/// The standard deviation with divisor n − 1; nil for fewer than two values.
package func sampleDeviation(_ values: [Double]) -> Double? {
  guard values.count > 1 else { return nil }
  let mean = values.reduce(0, +) / Double(values.count)
  let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  return (squares / Double(values.count - 1)).squareRoot()
}

/// `probabilities`, corrected for being several: in their order; nil stays nil and does not count.
///
/// The i-th smallest of m becomes (m − i + 1) times itself, at most 1, and never less than a
/// smaller one became.
/// Source: Holm 1979.
package func holmCorrected(_ probabilities: [Double?]) -> [Double?] {
  let order = probabilities.indices
    .compactMap { index in probabilities[index].map { (index: index, value: $0) } }
    .sorted { ($0.value, $0.index) < ($1.value, $1.index) }
  var result = [Double?](repeating: nil, count: probabilities.count)
  var largest = 0.0
  for (rank, entry) in order.enumerated() {
    largest = max(largest, min(1, Double(order.count - rank) * entry.value))
    result[entry.index] = largest
  }
  return result
}
