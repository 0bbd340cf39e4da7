import CMKTEngine
import CMKTFormat
import CMKTInspect
import Foundation
import Tensors
import Testing

/// How often the tests reject where there is nothing to find.
@Suite struct NullLevelTests {
  private static let trialCount = 2000

  private struct Counts {
    /// Trials with p ≤ .05.
    var inSample: [Part: Int] = [:]
    var heldOut: [Part: Int] = [:]
    var drifting = 0
    var refused = 0
  }

  private func counts(
    _ data: NullViews, _ parts: [Part], _ null: NullHypothesis
  ) -> Counts {
    let outcomes = parallelMap(Self.trialCount, threads: processorCount) { trial in
      var options = CorrelationOptions()
      (options.permutationCount, options.bootstrapCount) = (99, 0)
      (options.seed, options.ridgePath) = (UInt64(trial), [])
      (options.parts, options.hypotheses) = (parts, [null])
      return CorrelationAnalysis(
        of: data.views(seed: UInt64(1000 + trial)), stored: nil, options)
    }
    func rejects(_ result: PartResult?) -> Bool {
      (result?.estimates?.nulls[null]?.pValue(of: 0) ?? 1) <= 0.05
    }
    var counts = Counts()
    for part in parts {
      counts.inSample[part] = outcomes.count { rejects($0.inSample[part]) }
      counts.heldOut[part] = outcomes.count { rejects($0.heldOut[part]) }
    }
    counts.drifting = outcomes.count(where: \.drifts)
    counts.refused = outcomes.count { outcome in
      outcome.nulls.contains { $0.hypothesis == null && $0.refusal != nil }
    }
    return counts
  }

  /// The exact interval of Clopper and Pearson, at 95 %.
  private func interval(_ count: Int) -> (low: Double, high: Double) {
    func bisect(_ isLow: (Double) -> Bool) -> Double {
      var (low, high) = (0.0, 1.0)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if isLow(middle) { low = middle } else { high = middle }
      }
      return low
    }
    func probability(_ share: Double, upTo last: Int) -> Double {
      (0...last).reduce(0) { sum, k in
        let n = Double(Self.trialCount)
        let combinations = lgamma(n + 1) - lgamma(Double(k) + 1) - lgamma(n - Double(k) + 1)
        return sum + exp(combinations + Double(k) * log(share) + (n - Double(k)) * log(1 - share))
      }
    }
    return (
      count == 0 ? 0 : bisect { 1 - probability($0, upTo: count - 1) < 0.025 },
      bisect { probability($0, upTo: count) > 0.025 }
    )
  }

  private func show(_ name: String, _ count: Int) {
    let (low, high) = interval(count)
    let share = Double(count) / Double(Self.trialCount)
    print(
      String(
        format: "type-I error of %@: %.4f, exact 95 %% interval %.4f to %.4f", name, share, low,
        high))
  }

  /// Level .05, at most .06 of 2000.
  private static let most = 120

  @Test func synchronyHoldsItsLevelOnStationarySeries() throws {
    let found = counts(NullViews(), [.within], .synchrony)
    let inSample = try #require(found.inSample[.within])
    let heldOut = try #require(found.heldOut[.within])
    show("synchrony, stationary, in-sample", inSample)
    show("synchrony, stationary, held out", heldOut)
    #expect(inSample <= Self.most && heldOut <= Self.most)
    #expect(inSample >= 60, "a test that never rejects is none")
    // Stationary series are hardly ever said to drift, and hardly ever too short.
    #expect(found.drifting <= Self.trialCount / 50)
    #expect(found.refused <= Self.trialCount / 50)
  }

  @Test(arguments: [NullViews.Drift.trends, .walks, .common])
  func correspondenceHoldsItsLevelUnderDrift(drift: NullViews.Drift) throws {
    let found = counts(NullViews(drift: drift), [.total, .within], .correspondence)
    for part in [Part.total, .within] {
      let inSample = try #require(found.inSample[part])
      let heldOut = try #require(found.heldOut[part])
      show("correspondence, \(drift.rawValue), \(part.rawValue), in-sample", inSample)
      show("correspondence, \(drift.rawValue), \(part.rawValue), held out", heldOut)
      #expect(inSample <= Self.most && heldOut <= Self.most)
    }
    #expect(found.drifting >= (drift == .walks ? 1500 : 1950), "drift is told of")
    #expect(found.refused == 0)
  }

  /// Without drift, correspondence rejects about as often as it should.
  @Test func correspondenceIsNoStricterThanNeeded() throws {
    let found = counts(NullViews(rows: 120...120), [.within], .correspondence)
    let inSample = try #require(found.inSample[.within])
    show("correspondence, stationary, equal lengths, in-sample", inSample)
    #expect((60...Self.most).contains(inSample))
  }
}
