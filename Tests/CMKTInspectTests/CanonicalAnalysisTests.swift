import CMKTInspect
import Foundation
import Tensors
import Testing

@Suite struct CanonicalAnalysisTests {
  /// Three weak and four strong columns that a few formulas make.
  private var sample: (weak: Matrix, strong: Matrix) {
    var weak: [Double] = []
    var strong: [Double] = []
    for row in 0..<60 {
      let i = Double(row)
      let x = (0..<3).map { sin(0.7 * i * Double($0 + 1) + Double($0)) + 0.1 * Double($0) }
      weak += x
      strong += [
        0.5 * sin(0.7 * i) + cos(1.3 * i), sin(1.4 * i + 1) * 0.3 + sin(2.9 * i + 0.2),
        cos(0.31 * i * i), x[2] * 0.2 + cos(2.1 * i),
      ]
    }
    return (
      Matrix(rows: 60, columns: 3, elements: weak),
      Matrix(rows: 60, columns: 4, elements: strong)
    )
  }

  /// Expected values: NumPy 2 and its `linalg.svd` of `Σ_w^(−½) Σ_ws Σ_s^(−½)`.
  @Test func agreesWithNumPy() {
    let (weak, strong) = sample
    let expected = [0.937444569615139, 0.4515055130748199, 0.4130851962419483]
    let analysis = CanonicalAnalysis(first: weak, second: strong, ridge: 0)
    for (found, expected) in zip(analysis.correlations, expected) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(analysis.correlations.count == 3)
    // Equal variances of doubled size: a ridge of r divides each pair's correlation by 1 + r.
    let single = Matrix(rows: 60, columns: 1, elements: (0..<60).map { weak[$0, 0] })
    let shrunk = CanonicalAnalysis(first: single, second: single, ridge: 0.25)
    #expect(abs(shrunk.correlations[0] - 0.8) < 1e-12)
  }

  /// One column on each side: the canonical correlation is that of Pearson.
  @Test func oneColumnIsPearson() {
    let weak = Matrix(rows: 5, columns: 1, elements: [-2, -1, 0, 1, 2])
    let strong = Matrix(rows: 5, columns: 1, elements: [2, 1, -2, 1, -2])
    let analysis = CanonicalAnalysis(first: weak, second: strong, ridge: 0)
    let product = -4.0 - 1 + 0 + 1 - 4
    #expect(abs(analysis.correlations[0] - abs(product) / (10.0 * 14).squareRoot()) < 1e-14)
  }

  /// Invertible linear maps of either side change nothing without a ridge.
  @Test func isInvariantToLinearMaps() {
    let (weak, strong) = sample
    let map = Matrix(rows: 3, columns: 3, elements: [2, 1, 0, 0, -3, 0.5, 1, 0, 100])
    let mapped = CanonicalAnalysis(
      first: weak.timesForTest(map), second: strong, ridge: 0)
    let plain = CanonicalAnalysis(
      first: weak, second: strong, ridge: 0)
    for (a, b) in zip(mapped.correlations, plain.correlations) { #expect(abs(a - b) < 1e-10) }
  }

  /// Doubled and constant columns make covariances singular; the guard keeps numbers finite.
  @Test func singularCovariancesStayFinite() {
    let (_, strong) = sample
    var weak = Matrix(
      rows: 60, columns: 3, elements: Array(repeating: 0.5, count: 180))
    for row in 0..<60 {
      weak[row, 0] = strong[row, 0]
      weak[row, 1] = strong[row, 0]
    }
    let analysis = CanonicalAnalysis(
      first: weak, second: strong, ridge: 0)
    #expect(abs(analysis.correlations[0] - 1) < 1e-6)
    #expect(analysis.correlations.allSatisfy { $0.isFinite && abs($0) <= 1 + 1e-9 })
    let constant = Matrix(rows: 60, columns: 2, elements: Array(repeating: 0, count: 120))
    let nothing = CanonicalAnalysis(
      first: constant, second: strong, ridge: 0)
    #expect(nothing.correlations.allSatisfy { $0 == 0 })
  }
}

extension Matrix {
  var centredForTest: Matrix {
    var result = self
    for column in 0..<columns {
      let mean = (0..<rows).reduce(0) { $0 + self[$1, column] } / Double(rows)
      for row in 0..<rows { result[row, column] -= mean }
    }
    return result
  }

  func timesForTest(_ other: Matrix) -> Matrix {
    var elements: [Double] = []
    for row in 0..<rows {
      for column in 0..<other.columns {
        elements.append(
          (0..<columns).reduce(0) { $0 + self[row, $1] * other[$1, column] })
      }
    }
    return Matrix(rows: rows, columns: other.columns, elements: elements)
  }
}
