import CMKTFormat
import Tensors

/// Observed correlations beside their permutation null.
package struct CorrelationTest: Sendable, Equatable {
  /// One component, or the mean of all.
  package struct Line: Sendable, Equatable {
    package let correlation: Double
    /// Median and 95 % quantile under the null.
    package let nullMedian: Double
    package let null95: Double
    /// The share of permutations as high, `(b + 1) / (n + 1)`.
    ///
    /// For components against the highest of
    /// this and the later ones in each permutation, and never below that of an earlier one: step
    /// by step (Winkler et al. 2020), which corrects for their number.
    package let pValue: Double
  }

  package let components: [Line]
  package let mean: Line

  /// - Parameters:
  ///   - observed: `[R]`.
  ///   - null: `[R]` for each permutation.
  package init(observed: [Double], null: [[Double]]) {
    func average(_ values: [Double]) -> Double {
      values.reduce(0, +) / Double(max(1, values.count))
    }
    var components: [Line] = []
    for rank in observed.indices {
      components.append(
        Line(
          observed[rank], null.map { $0[rank] }.sorted(),
          against: null.map { $0[rank...].max() ?? 0 }, atLeast: components.last?.pValue ?? 0))
    }
    self.components = components
    let means = null.map(average).sorted()
    mean = Line(average(observed), means, against: means, atLeast: 0)
  }
}

extension CorrelationTest {
  /// Of two tests of the same correlations, line by line the stricter one.
  package func stricter(_ other: CorrelationTest) -> CorrelationTest {
    CorrelationTest(
      components: zip(components, other.components).map { $0.stricter($1) },
      mean: mean.stricter(other.mean))
  }

  private init(components: [Line], mean: Line) {
    self.components = components
    self.mean = mean
  }
}

extension CorrelationTest.Line {
  fileprivate func stricter(_ other: Self) -> Self {
    (pValue, null95) >= (other.pValue, other.null95) ? self : other
  }

  /// `null` ascends.
  fileprivate init(
    _ correlation: Double, _ null: [Double], against reference: [Double], atLeast floor: Double
  ) {
    self.correlation = correlation
    nullMedian = Self.quantile(0.5, null)
    null95 = Self.quantile(0.95, null)
    // A rounding difference is no difference: a shift by a whole period gives the same data.
    let count = reference.count { $0 >= correlation - 1e-12 }
    pValue = max(floor, Double(count + 1) / Double(reference.count + 1))
  }

  private static func quantile(_ share: Double, _ sorted: [Double]) -> Double {
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(sorted.count - 1, Int((share * Double(sorted.count)).rounded(.down)))]
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

  /// `body` of each permutation's own random stream; the same for any number of threads.
  func run(
    _ purpose: String, _ body: @escaping @Sendable (inout RandomStream) -> [Double]
  ) -> [[Double]] {
    parallelMap(count, threads: threads) { index in
      var stream = RandomStream(seed: seed, purpose: purpose, step: index)
      return body(&stream)
    }
  }
}
