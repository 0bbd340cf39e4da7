import CMKTFormat
import Tensors

/// Counts that would tell of single people are left out of a page that is handed on.
package enum SmallCells {
  /// A cell with fewer is withheld.
  package static let least = 5
  /// Nothing is said of fewer rows: no mean, no quantile, no score.
  package static let leastRows = 10

  /// The cells of one whole, nil where they are withheld.
  ///
  /// A small cell alone would come back as what is missing from the whole, so the next larger one
  /// goes with it; where no other is left, or the whole is small, nothing is shown.
  package static func shown(_ counts: [Int], isShared: Bool) -> [Int?] {
    guard isShared else { return counts }
    let nothing = [Int?](repeating: nil, count: counts.count)
    guard counts.reduce(0, +) >= leastRows else { return nothing }
    guard counts.contains(where: { (1..<least).contains($0) }) else { return counts }
    let large = counts.indices.filter { counts[$0] >= least }
    guard large.count > 1, let next = large.min(by: { counts[$0] < counts[$1] }) else {
      return nothing
    }
    return counts.indices.map {
      $0 == next || (1..<least).contains(counts[$0]) ? nil : counts[$0]
    }
  }

  /// Whether a figure over `rowCount` rows may be shown.
  package static func hasEnough(_ rowCount: Int, isShared: Bool) -> Bool {
    !isShared || rowCount >= leastRows
  }
}

extension PlotAxis {
  /// An axis with round ends near the outer quantiles of `values`, which tell of no single row.
  init(_ title: String, aggregating values: [Double]) {
    let found = values.filter(\.isFinite)
    guard found.count >= SmallCells.leastRows else {
      self.init(title, unit: PlotAxis.noUnit, from: 0, to: 1)
      return
    }
    let (low, high) = (Quantile.of(found, 0.02), Quantile.of(found, 0.98))
    let ticks = Ticks.round(in: min(low, high)...max(low, high), maximumCount: 6)
    self.init(
      title, unit: PlotAxis.noUnit, from: ticks.first?.value ?? low, to: ticks.last?.value ?? high)
  }
}

extension Target {
  /// The range, unless an end is the value of few rows: an import may have taken it from them.
  var sharedRange: ClosedRange<Double>? {
    guard let range else { return nil }
    let width = max(1, columnCount)
    for end in [range.lowerBound, range.upperBound].map({ Float($0) }) {
      let count = values.elements.indices.count { values.elements[$0] == end && valid[$0 / width] }
      if (1..<SmallCells.least).contains(count) { return nil }
    }
    return range
  }
}
