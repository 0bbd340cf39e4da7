import CMKTInspect
import Tensors
import Testing

@Suite struct PermutationTests {
  /// Two sets of slowly varying series in several recordings; `shared` mixes a common one in.
  private func latents(
    seed: UInt64, recordings: Int = 12, rows: Int = 40, shared: Double, offset: Double = 0
  ) -> PairedLatents {
    var stream = RandomStream(seed: seed, purpose: "test")
    var weak: [Double] = []
    var strong: [Double] = []
    for _ in 0..<recordings {
      var state = (0..<5).map { _ in stream.normal() }
      // Offsets of whole recordings, common to both sides.
      let level = offset * stream.normal()
      for _ in 0..<rows {
        for index in state.indices { state[index] = 0.9 * state[index] + stream.normal() * 0.44 }
        weak += [state[0] + shared * state[4] + level, state[1]]
        strong += [state[2] + shared * state[4] + level, state[3]]
      }
    }
    return PairedLatents(
      weak: Matrix(rows: recordings * rows, columns: 2, elements: weak),
      strong: Matrix(rows: recordings * rows, columns: 2, elements: strong),
      recordings: (0..<recordings).map { ($0 * rows)..<(($0 + 1) * rows) },
      groups: Array(0..<recordings))
  }

  private func plan(_ count: Int, seed: UInt64 = 1, threads: Int = 2) -> PermutationPlan {
    PermutationPlan(count: count, seed: seed, threads: threads)
  }

  @Test(arguments: Part.allCases)
  func findsWhatIsThere(part: Part) {
    let latents = latents(seed: 3, shared: 2)
    let inSample = latents.inSampleTest(part, .exchanged, ridge: 1e-3, plan(99))
    #expect(inSample.components[0].pValue == 0.01)
    #expect(inSample.components[0].correlation > 0.6)
    #expect(inSample.components[0].null95 < 0.5)
    #expect(inSample.mean.pValue <= 0.02)
    let folds = latents.crossValidatedTest(part, .exchanged, ridge: 1e-3, foldCount: 4, plan(49))
    #expect(folds.components[0].pValue == 0.02)
    #expect(folds.components[0].correlation > 0.6)
    let identity = Matrix(rows: 2, columns: 2, elements: [1, 0, 0, 1])
    let heldOut = latents.heldOutTest(
      part, .rotated, weakDirections: identity, strongDirections: identity, plan(99))
    #expect(heldOut.components[0].pValue == 0.01)
    #expect(heldOut.components[1].correlation < 0.3)
  }

  /// Frames of slow series look correlated; those of other recordings look just as much.
  @Test func holdsItsLevelOnAutocorrelatedData() {
    var rejections: [Part: Int] = [:]
    let trials = 1000
    for seed in 0..<trials {
      let latents = latents(seed: UInt64(100 + seed), recordings: 8, rows: 30, shared: 0)
      for part in Part.allCases {
        let test = latents.inSampleTest(part, .exchanged, ridge: 1e-3, plan(39, seed: UInt64(seed)))
        if test.components[0].pValue <= 0.05 { rejections[part, default: 0] += 1 }
      }
    }
    // Level .05 of 1000 is 50, with a standard error of 7.
    for part in Part.allCases {
      #expect((29...71).contains(rejections[part, default: 0]), "\(part)")
    }
  }

  /// What differs between recordings only counts in total, and not within.
  @Test func partsTellRecordingsApart() {
    let latents = latents(seed: 8, recordings: 20, shared: 0, offset: 2)
    let total = latents.inSampleTest(.total, .exchanged, ridge: 1e-3, plan(99))
    let within = latents.inSampleTest(.within, .rotated, ridge: 1e-3, plan(99))
    #expect(total.components[0].correlation > 0.6 && total.components[0].pValue <= 0.05)
    #expect(within.components[0].correlation < 0.3 && within.components[0].pValue > 0.05)
  }

  @Test func doesNotDependOnThreads() {
    let latents = latents(seed: 5, shared: 1)
    let one = latents.inSampleTest(.total, .exchanged, ridge: 0.01, plan(20, threads: 1))
    let three = latents.inSampleTest(.total, .exchanged, ridge: 0.01, plan(20, threads: 3))
    #expect(one == three)
  }

  /// A component competes with the later ones, and is no better than the one before it.
  @Test func componentsAreTestedStepByStep() {
    let null = (0..<19).map { _ in [0.5, 0.1, 0.2] }
    #expect(
      CorrelationTest(observed: [0.6, 0.3, 0.15], null: null).components.map(\.pValue)
        == [0.05, 0.05, 1])
    #expect(
      CorrelationTest(observed: [0.4, 0.3, 0.3], null: null).components.map(\.pValue) == [1, 1, 1])
  }

  @Test func pValuesCountTheObservedOne() {
    let test = CorrelationTest(
      observed: [0.5, 0.1], null: [[0.6, 0.0], [0.2, 0.3], [0.1, 0.05]])
    #expect(test.components.map(\.pValue) == [0.5, 0.5])
    // The mean is .3, those of the permutations .3, .25 and .075.
    #expect(test.mean.pValue == 0.5)
    #expect(test.components[0].nullMedian == 0.2 && test.components[0].null95 == 0.6)
  }
}
