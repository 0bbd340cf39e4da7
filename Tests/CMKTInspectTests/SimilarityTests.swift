import CMKTInspect
import Foundation
import Tensors
import Testing

/// Measures of whole views.
///
/// Expected values, where they are digits: NumPy 2 and SciPy, by
/// `Tests/interop/similarity_reference.py`.
@Suite struct SimilarityTests {
  private func close(_ found: Double?, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
    found.map { abs($0 - expected) < tolerance } ?? false
  }

  private func close(
    _ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-12
  ) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) < tolerance }
  }

  private func moments(_ first: Matrix, _ second: Matrix) -> ViewMoments {
    ViewMoments(first: first, second: second, threads: 2)
  }

  @Test func agreesWithNumPy() throws {
    let input = SimilarityInputs.formulas
    let found = try #require(Similarity(input, SimilarityInputs.options()))
    let subspaces = try #require(found.subspaces)
    #expect(
      close(subspaces.correlations, [0.9374445696151391, 0.4515055130748202, 0.4130851962419485]))
    #expect(subspaces.firstComponentCount == 3 && subspaces.secondComponentCount == 4)
    let fewer = try #require(SubspaceSimilarity(found.moments, varianceShare: 0.8))
    #expect(
      close(fewer.correlations, [0.9119622965351404, 0.4131622379255361, 0.09230482754713866]))
    #expect(close(found.variates.projectionWeighted.byFirst, 0.6023200333764109))
    #expect(close(found.variates.projectionWeighted.bySecond, 0.6022495851818536))
    #expect(close(found.alignment.biased, 0.38404695528063426))
    #expect(close(found.alignment.debiased, 0.3479972614733918))
    #expect(close(found.procrustes?.similarity, 0.5243021488241325))
    #expect(close(found.procrustes?.distance, 0.9753951519008768))
    #expect(close(found.procrustes?.angleRadians, 1.018900944681137))
    #expect(
      close(
        found.redundancy.first, [0.293306456549835, 0.06769927361391417, 0.05701938122441892]))
    #expect(
      close(
        found.redundancy.second, [0.22551944794250642, 0.03766958352003842, 0.04426610415282826]))
    // The totals are the mean R² of least squares with an intercept.
    #expect(close(found.redundancy.firstTotal, 0.41802511138816795))
    #expect(close(found.redundancy.secondTotal, 0.30745513561537346))
  }

  @Test func rotationsAndScalesChangeNothing() throws {
    let input = SimilarityInputs.formulas
    let (cosine, sine) = (cos(0.6), sin(0.6))
    let rotation = Matrix(
      rows: 3, columns: 3, elements: [cosine, -sine, 0, sine, cosine, 0, 0, 0, 7])
    let scaled = Matrix(
      rows: 3, columns: 3, elements: [7 * cosine, -7 * sine, 0, 7 * sine, 7 * cosine, 0, 0, 0, -7])
    let plain = moments(input.first, input.second)
    let turned = moments(input.first.timesForTest(scaled), input.second)
    let stretched = moments(input.first.timesForTest(rotation), input.second)
    for (a, b) in [(plain, turned)] {
      #expect(close(KernelAlignment(a).biased, try #require(KernelAlignment(b).biased)))
      #expect(close(KernelAlignment(a).debiased, try #require(KernelAlignment(b).debiased)))
      let distance = try #require(ProcrustesSimilarity(b)).distance
      #expect(close(ProcrustesSimilarity(a)?.distance, distance))
      #expect(
        close(try #require(SubspaceSimilarity(a)).mean, try #require(SubspaceSimilarity(b)).mean))
    }
    // Stretching one axis changes them.
    let other = try #require(KernelAlignment(stretched).biased)
    #expect(!close(KernelAlignment(plain).biased, other, 1e-3))
  }

  @Test func aViewIsLikeItself() throws {
    let view = SimilarityInputs.noise(40, 5, seed: 2)
    let found = try #require(
      Similarity(
        SimilarityInputs.input(view, view, lengths: [40]), SimilarityInputs.options()))
    for value in [
      found.subspaces?.mean, found.variates.projectionWeighted.byFirst,
      found.variates.projectionWeighted.bySecond, found.alignment.biased,
      found.alignment.debiased, found.procrustes?.similarity, found.redundancy.firstTotal,
    ] { #expect(close(value, 1, 1e-9)) }
    #expect(close(found.procrustes?.distance, 0, 1e-7))
    for line in found.dissimilarities.lines where line.pairs == .withinRecordings {
      #expect(close(line.spearman, 1) && close(line.pearson, 1))
    }
  }

  /// The bias that plain CKA has, and what is left of it.
  @Test func debiasedAlignmentOfNoiseIsAboutZero() {
    let trials = (0..<400).map { trial -> (Double, Double) in
      let alignment = KernelAlignment(
        moments(
          SimilarityInputs.noise(32, 8, seed: UInt64(trial), "first"),
          SimilarityInputs.noise(32, 8, seed: UInt64(trial), "second")))
      return (alignment.biased ?? .nan, alignment.debiased ?? .nan)
    }
    let biased = trials.reduce(0) { $0 + $1.0 } / 400
    let debiased = trials.reduce(0) { $0 + $1.1 } / 400
    #expect(biased > 0.15)
    #expect(abs(debiased) < 0.02)
    #expect(trials.contains { $0.1 < 0 })
  }

  /// The definition, from n × n kernels without their diagonals.
  ///
  /// Source: (Song et al. 2012).
  @Test(arguments: [4, 5, 9])
  func debiasedAlignmentIsTheUnbiasedEstimate(rowCount: Int) {
    let first = SimilarityInputs.noise(rowCount, 6, seed: 1, "first")
    let second = SimilarityInputs.noise(rowCount, 2, seed: 1, "second")
    func kernel(_ view: Matrix) -> Matrix {
      var kernel = view.timesForTest(view.transposed)
      for index in 0..<rowCount { kernel[index, index] = 0 }
      return kernel
    }
    func estimate(_ a: Matrix, _ b: Matrix) -> Double {
      let n = Double(rowCount)
      let trace = zip(a.elements, b.elements).reduce(0) { $0 + $1.0 * $1.1 }
      let sums = a.elements.reduce(0, +) * b.elements.reduce(0, +)
      let product = a.timesForTest(b).elements.reduce(0, +)
      return trace + sums / ((n - 1) * (n - 2)) - 2 / (n - 2) * product
    }
    let (a, b) = (kernel(first), kernel(second))
    let (own, other) = (estimate(a, a), estimate(b, b))
    let found = KernelAlignment(moments(first, second)).debiased
    if own > 1e-9, other > 1e-9 {
      #expect(close(found, estimate(a, b) / (own * other).squareRoot(), 1e-9))
    } else {
      #expect(found == nil)
    }
  }

  @Test func tooFewRowsAndConstantsHaveNoValue() {
    for rowCount in 0...3 {
      let noise = SimilarityInputs.noise(rowCount, 2, seed: 1)
      #expect(KernelAlignment(moments(noise, noise)).debiased == nil)
    }
    let constant = Matrix(rows: 9, columns: 2, elements: Array(repeating: 0.3, count: 18))
    let noise = SimilarityInputs.noise(9, 2, seed: 1)
    let sums = moments(constant, noise)
    #expect(KernelAlignment(sums).debiased == nil)
    #expect(sums.columnCorrelations.elements.allSatisfy { abs($0) <= 1 })
  }

  @Test func valuesThatAreNotFiniteAreRefused() {
    var input = SimilarityInputs.formulas
    input.first.elements[7] = .nan
    #expect(Similarity(input, SimilarityInputs.options()) == nil)
    input.first.elements[7] = .infinity
    #expect(Similarity(input, SimilarityInputs.options()) == nil)
  }

  @Test(arguments: [[0], [1], [2], [1, 1, 1], [3, 0, 5], [7]])
  func smallSetsGiveAReport(lengths: [Int]) throws {
    let count = lengths.reduce(0, +)
    let input = SimilarityInputs.input(
      SimilarityInputs.noise(count, 2, seed: 1), SimilarityInputs.noise(count, 3, seed: 2),
      lengths: lengths)
    let found = try #require(Similarity(input, SimilarityInputs.options()))
    let keys = found.sections(first: "audio", second: "text").map(\.key)
    #expect(Set(keys).count == keys.count)
  }

  @Test func theSameForAnyNumberOfThreads() throws {
    let input = SimilarityInputs.shifted(lengths: [2100, 900, 50], shift: 2, seed: 3)
    let one = try #require(Similarity(input, SimilarityInputs.options(threads: 1)))
    let four = try #require(Similarity(input, SimilarityInputs.options(threads: 4)))
    #expect(
      one.sections(first: "a", second: "b") == four.sections(first: "a", second: "b"))
    #expect(one.firstVariates == four.firstVariates)
  }

  /// Pairwise over the rows where a feature is finite.
  @Test func structureCoefficientsAgreeWithNumPy() throws {
    let input = SimilarityInputs.formulas
    let found = try #require(Similarity(input, SimilarityInputs.options()))
    var features: [Double] = []
    for row in 0..<60 {
      features += [
        input.first[row, 0] + input.second[row, 1], 0.1, input.second[row, 2],
      ]
    }
    features[5 * 3] = .nan
    features[17 * 3] = .infinity
    features[3 * 3 + 2] = .nan
    let structure = StructureCoefficients(
      features: Matrix(rows: 60, columns: 3, elements: features), names: ["x", "y", "z"],
      variates: found.firstVariates, threads: 2)
    // Signs of variates are not defined: NumPy's may differ.
    let expected = [
      [0.01936778649915274, 0.20763731200546506, 0.6830716387217297],
      [0.19025857594769938, 0.21827977509592944, 0.1212926152239353],
    ]
    for component in 0..<3 {
      let column = structure.coefficients.columnForTest(component)
      #expect(column[1].isNaN)
      #expect(abs(abs(column[0]) - expected[0][component]) < 1e-12)
      #expect(abs(abs(column[2]) - expected[1][component]) < 1e-12)
    }
    #expect(structure.top(3, component: 0).map(\.name) == ["z", "x"])
    #expect(structure.top(1, component: 2).map(\.column) == [0])
  }

  @Test func columnsCorrelateAsPearson() throws {
    let input = SimilarityInputs.formulas
    let found = moments(input.first, input.second).columnCorrelations
    for row in 0..<3 {
      for column in 0..<4 {
        let (x, y) = (
          input.first.centredForTest.columnForTest(row),
          input.second.centredForTest.columnForTest(column)
        )
        let product = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
        let scale =
          (x.reduce(0) { $0 + $1 * $1 } * y.reduce(0) { $0 + $1 * $1 }).squareRoot()
        #expect(abs(found[row, column] - product / scale) < 1e-12)
      }
    }
  }
}
