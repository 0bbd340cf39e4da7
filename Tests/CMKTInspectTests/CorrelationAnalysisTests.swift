import CMKTInspect
import Foundation
import Tensors
import Testing

@Suite struct CorrelationAnalysisTests {
  /// Views that share series with correlations `rho`, beside unrelated ones.
  private func views(
    rho: [Double], width: Int = 5, recordings: Int = 24, rows: Int = 500, seed: UInt64 = 1
  ) -> PairedViews {
    var stream = RandomStream(seed: seed, purpose: "known correlations")
    let total = recordings * rows
    var first = Matrix(rows: total, columns: width)
    var second = first
    for row in 0..<total {
      for column in 0..<width {
        let (a, b) = (stream.normal(), stream.normal())
        let shared = column < rho.count ? rho[column] : 0
        first[row, column] = a
        second[row, column] = shared * a + (1 - shared * shared).squareRoot() * b
      }
    }
    // Canonical correlations do not see invertible maps.
    let map = Matrix(
      rows: width, columns: width, elements: (0..<width * width).map { _ in stream.normal() })
    return PairedViews(
      first: first, second: second.times(map, level: .best),
      recordings: (0..<recordings).map { ($0 * rows)..<(($0 + 1) * rows) },
      groups: Array(0..<recordings))
  }

  private func options(permutations: Int = 99, seed: UInt64 = 1) -> CorrelationOptions {
    var options = CorrelationOptions()
    (options.permutationCount, options.seed, options.threads) = (permutations, seed, 2)
    (options.bootstrapCount, options.ridge) = (99, 1e-9)
    return options
  }

  /// Gaussian views of known canonical correlations: estimates within sampling error, intervals
  /// that hold them, and as many components found as there are.
  @Test func findsKnownCorrelations() throws {
    let truth = [0.9, 0.6, 0.3]
    let analysis = CorrelationAnalysis(of: views(rho: truth), stored: nil, options())
    for part in [Part.total, .within] {
      let inSample = try #require(analysis.inSample[part]?.estimates)
      let heldOut = try #require(analysis.heldOut[part]?.estimates)
      for (rank, rho) in truth.enumerated() {
        // The standard error of a correlation is (1 − ρ²) / √n.
        let error = (1 - rho * rho) / 12_000.0.squareRoot()
        #expect(abs(inSample.correlations[rank] - rho) < 4 * error)
        #expect(abs(heldOut.correlations[rank] - rho) < 4 * error)
        let interval = try #require(heldOut.intervals[rank])
        #expect(interval.low < rho && rho < interval.high)
        #expect(interval.high - interval.low < 12 * error)
        #expect(abs(heldOut.effectiveCounts[rank] / 12_000 - 1) < 0.1)
      }
      for outcome in inSample.nulls.values {
        #expect(outcome.components.prefix(3).allSatisfy { abs($0.pValue - 0.01) < 1e-3 })
        #expect(try #require(outcome.pValue(of: 3)) > 0.011)
      }
    }
    #expect(analysis.inSample[.within]?.estimates?.nulls.count == 2)
    #expect(analysis.nulls.allSatisfy { $0.refusal == nil })
    #expect(!analysis.drifts && analysis.decorrelationRows == 1)
  }

  /// What differs between recordings only counts in total and between, and not within.
  @Test func partsTellRecordingsApart() throws {
    var stream = RandomStream(seed: 4, purpose: "offsets")
    let plain = views(rho: [], width: 2, recordings: 40, rows: 60)
    var (first, second) = (plain.first, plain.second)
    for recording in plain.recordings {
      let offset = 3 * stream.normal()
      for row in recording {
        first[row, 0] += offset
        second[row, 1] += 3 * offset
      }
    }
    let analysis = CorrelationAnalysis(
      of: PairedViews(
        first: first, second: second, recordings: plain.recordings, groups: plain.groups),
      stored: nil, options())
    let total = try #require(analysis.inSample[.total]?.estimates)
    #expect(total.correlations[0] > 0.7)
    #expect(total.nulls[.correspondence]?.components[0].pValue == 0.01)
    #expect(try #require(analysis.heldOut[.between]?.estimates).correlations[0] > 0.9)
    let within = try #require(analysis.inSample[.within]?.estimates)
    #expect(within.correlations[0] < 0.1)
    #expect(within.nulls.values.allSatisfy { $0.components[0].pValue > 0.01 })
  }

  @Test func doesNotDependOnThreads() throws {
    let views = views(rho: [0.5], recordings: 6, rows: 80)
    var one = options(permutations: 20)
    one.threads = 1
    let (a, b) = (
      CorrelationAnalysis(of: views, stored: nil, one),
      CorrelationAnalysis(of: views, stored: nil, options(permutations: 20))
    )
    for part in Part.allCases {
      #expect(a.heldOut[part]?.estimates?.correlations == b.heldOut[part]?.estimates?.correlations)
      #expect(a.heldOut[part]?.estimates?.nulls == b.heldOut[part]?.estimates?.nulls)
      #expect(a.inSample[part]?.estimates?.nulls == b.inSample[part]?.estimates?.nulls)
      #expect(a.inSample[part]?.estimates?.intervals == b.inSample[part]?.estimates?.intervals)
    }
  }

  /// Three recordings can be exchanged in six ways: p ≤ .05 is out of reach.
  @Test func tooFewWaysAreRefused() throws {
    let few = CorrelationAnalysis(
      of: views(rho: [0.9], recordings: 3, rows: 100), stored: nil, options())
    let correspondence = try #require(
      few.nulls.first { $0.hypothesis == .correspondence })
    #expect(correspondence.refusal?.contains("at least 4 groups") == true)
    #expect(few.inSample[.total]?.estimates?.nulls.isEmpty == true)
    let one = CorrelationAnalysis(
      of: views(rho: [0.9], recordings: 1, rows: 100), stored: nil, options())
    guard case .refused(let reason)? = one.heldOut[.total] else {
      Issue.record("folds of one group")
      return
    }
    #expect(reason.contains("one group"))
  }

  /// With fewer rows than columns everything correlates fully; nothing is claimed then.
  @Test func tooFewRowsAreRefused() {
    let analysis = CorrelationAnalysis(
      of: views(rho: [], recordings: 5, rows: 2), stored: nil, options())
    for part in Part.allCases { #expect(analysis.inSample[part]?.estimates == nil) }
  }

  /// Constant and doubled columns leave everything finite.
  @Test func degenerateColumnsStayFinite() throws {
    let plain = views(rho: [0.8], width: 3, recordings: 8, rows: 50)
    var first = plain.first
    for row in 0..<first.rows {
      first[row, 1] = 7
      first[row, 2] = first[row, 0]
    }
    var options = options(permutations: 20)
    options.ridge = 0
    let analysis = CorrelationAnalysis(
      of: PairedViews(
        first: first, second: plain.second, recordings: plain.recordings, groups: plain.groups),
      stored: nil, options)
    let estimates = try #require(analysis.inSample[.within]?.estimates)
    #expect(abs(estimates.correlations[0] - 0.8) < 0.1)
    #expect(estimates.correlations.allSatisfy { $0.isFinite && $0 <= 1 + 1e-9 })
    #expect(estimates.correlations.dropFirst(2).allSatisfy { $0 < 1e-6 })
  }
}
