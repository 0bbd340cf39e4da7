import CMKTFormat
import Tensors

/// The p of a value that `count` of `total` random re-pairings reach, where there are `ways` in all,
/// the true pairing among them.
///
///     q = (b + 1) / (n + 1),   p = q + (1 − q) / ways
///
/// Source: Phipson & Smyth 2010. Few ways bound p from below, however often they are drawn.
func permutationPValue(exceeding count: Int, of total: Int, ways: Double) -> Double {
  let share = Double(count + 1) / Double(total + 1)
  return share + (1 - share) / max(1, ways)
}

/// An observed value beside what re-paired rows give.
package struct NullLine: Sendable, Equatable {
  /// The value on the rows that take part in the test.
  package let observed: Double
  /// Median and 95 % quantile under the null.
  package let median: Double
  package let quantile95: Double
  /// Corrected for the number of components.
  package let pValue: Double

  /// - Parameters:
  ///   - null: what the observed value is compared with.
  ///   - ways: different ways to pair the rows, as in `permutationPValue`.
  ///   - floor: no p is below it.
  init(_ observed: Double, null: [Double], ways: Double = .infinity, floor: Double = 0) {
    self.observed = observed
    let sorted = null.sorted()
    median = Quantile.drawn(sorted, 0.5)
    quantile95 = Quantile.drawn(sorted, 0.95)
    // A rounding difference is no difference: a shift by a whole period gives the same data.
    let count = null.count { $0 >= observed - 1e-12 }
    pValue = max(floor, permutationPValue(exceeding: count, of: null.count, ways: ways))
  }
}

/// The outcome of one test: a line for each component that was tested, and one for the mean of
/// all correlations.
package struct NullOutcome: Sendable, Equatable {
  /// Those after the first one of p > .5 are not tested: their p is at least that of the last.
  package let components: [NullLine]
  package let mean: NullLine

  /// The p of a component, or of the last one before it.
  package func pValue(of component: Int) -> Double? {
    components.isEmpty ? nil : components[min(component, components.count - 1)].pValue
  }
}

/// What a permutation test runs with.
package struct PermutationPlan: Sendable {
  package var count: Int
  package var seed: UInt64
  package var threads: Int

  package init(count: Int, seed: UInt64, threads: Int) {
    self.count = count
    self.seed = seed
    self.threads = threads
  }

  /// `body` of each of `repairing`'s random choices; the same for any number of threads.
  func run<Result: Sendable>(
    _ repairing: Repairing, _ body: @Sendable ([Int]) -> Result
  ) -> [Result] {
    parallelMap(count, threads: threads) { index in
      var stream = RandomStream(
        seed: seed, purpose: "permutation/\(repairing.hypothesis?.rawValue ?? "none")", step: index)
      return body(repairing.draw(&stream))
    }
  }
}

extension NullLine {
  /// Of two tests of the same thing the stricter one.
  func stricter(_ other: NullLine) -> NullLine {
    (pValue, quantile95) >= (other.pValue, other.quantile95) ? self : other
  }
}

extension NullOutcome {
  /// Of two tests of the same things, line by line, the stricter ones.
  func stricter(_ other: NullOutcome) -> NullOutcome {
    NullOutcome(
      components: zip(components, other.components).map { $0.stricter($1) },
      mean: mean.stricter(other.mean))
  }
}

extension NullOutcome {
  /// Components with fixed directions: each is compared with the highest of it and the later ones
  /// in each permutation, and is never below an earlier one (step-down as Westfall & Young 1993).
  ///
  /// - Parameter null: `[R]` for each permutation.
  init(fixed observed: [Double], null: [[Double]], ways: Double) {
    var components: [NullLine] = []
    let highest = null.map { values in
      var best = values
      for rank in values.indices.dropLast().reversed() {
        best[rank] = max(best[rank], best[rank + 1])
      }
      return best
    }
    for rank in observed.indices {
      components.append(
        NullLine(
          observed[rank], null: highest.map { $0[rank] }, ways: ways,
          floor: components.last?.pValue ?? 0))
    }
    self.components = components
    mean = NullLine(observed.mean, null: null.map(\.mean), ways: ways)
  }
}
