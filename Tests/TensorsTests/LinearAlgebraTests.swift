import Foundation
import Tensors
import Testing

@Suite("Linear algebra")
struct LinearAlgebraTests {
  private let level = KernelLevel.best

  private func matrix(_ name: String, _ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: sample(name, [rows, columns]).elements)
  }

  private func distance(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.elements, b.elements).map { abs($0 - $1) }.max() ?? 0
  }

  @Test("Cholesky: L Lᵀ and L L⁻¹", arguments: [1, 2, 7, 40])
  func cholesky(n: Int) throws {
    let a = matrix("a", n + 3, n)
    let square = a.transposed.times(a, level: level)
    let parts = try Cholesky(of: square, what: "test")
    let lower = parts.lower
    #expect(distance(lower.times(lower.transposed, level: level), square) < 1e-11)
    let product = lower.times(parts.inverseLower, level: level)
    #expect(distance(product, .identity(n)) < 1e-11)
  }

  @Test("Cholesky refuses what is not positive definite or not finite")
  func choleskyFailure() {
    for bad in [-1, 0, Double.nan, .infinity] {
      let matrix = Matrix(rows: 1, columns: 1, elements: [bad])
      #expect(throws: TensorsFailure.notPositiveDefinite(what: "m")) {
        try Cholesky(of: matrix, what: "m")
      }
    }
  }

  @Test("Eigen: VᵀΛV, orthonormal, ascending; repeated values too", arguments: [1, 2, 3, 10, 64])
  func eigen(n: Int) {
    let a = matrix("e", n, n)
    var repeated = Matrix.identity(n)
    repeated[n - 1, n - 1] = 3
    var low = a.transposed.times(a, level: level)
    for i in 0..<n { low.elements[i * n] = 0; low.elements[i] = 0 }
    for symmetric in [
      a.transposed.times(a, level: level), repeated, low, Matrix(rows: n, columns: n),
    ] {
      let parts = SymmetricEigen(of: symmetric)
      let v = parts.vectors
      var scaled = v
      for i in 0..<n { for j in 0..<n { scaled[i, j] *= parts.values[i] } }
      #expect(distance(v.transposed.times(scaled, level: level), symmetric) < 1e-11 * Double(n))
      #expect(distance(v.times(v.transposed, level: level), .identity(n)) < 1e-12 * Double(n))
      #expect(zip(parts.values, parts.values.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test("Singular values: U Σ Vᵀ", arguments: [(1, 1), (5, 3), (3, 5), (20, 20)])
  func singular(rows: Int, columns: Int) {
    let a = matrix("s", rows, columns)
    let parts = SingularValues(of: a)
    var scaled = parts.left
    for i in 0..<scaled.rows { for j in 0..<scaled.columns { scaled[i, j] *= parts.values[j] } }
    #expect(distance(scaled.times(parts.right.transposed, level: level), a) < 1e-12)
    #expect(zip(parts.values, parts.values.dropFirst()).allSatisfy { $0 >= $1 })
  }

  /// Constants by NumPy 2.4.6: singular values of the whitened cross-covariance by `eigh`.
  @Test("Canonical correlations and the loss against NumPy")
  func canonical() throws {
    let expected = [0.9515297353531909, 0.182039329277665]
    var weak = Tensor<Double>(repeating: 0, shape: [12, 3])
    var strong = Tensor<Double>(repeating: 0, shape: [12, 2])
    for i in 0..<12 {
      for j in 0..<3 {
        weak.elements[i * 3 + j] = sin(1.3 * Double((i + 1) * (j + 1)) + Double(j))
      }
      for j in 0..<2 {
        strong.elements[i * 2 + j] =
          cos(0.7 * Double((i + 1) * (j + 1)) + Double(j)) + 0.5 * weak.elements[i * 3 + j]
      }
    }
    let compute = Compute(threadCount: 2)
    let parts = try CanonicalCorrelation(
      weak: weak, strong: strong, ridge: 1e-3, compute: compute)
    for (found, value) in zip(parts.correlations, expected) { #expect(abs(found - value) < 1e-12) }
    #expect(parts.weakDirections.rows == 3 && parts.weakDirections.columns == 2)
    let tape = Tape<Double>(compute: compute)
    let loss = try tape.correlationLoss(tape.constant(weak), tape.constant(strong), ridge: 1e-3)
    #expect(abs(loss.scalar + expected.reduce(0, +) / 2) < 1e-5)
  }

  @Test("Too few rows for the correlation: a sentence that says what to change")
  func tooFewRows() {
    let tape = Tape<Float>(compute: Compute())
    let x = tape.constant(Tensor(repeating: 1, shape: [4, 4]))
    let failure = TensorsFailure.tooFewRows(found: 4, latentSize: 4)
    #expect(throws: failure) { try tape.correlationLoss(x, x) }
    #expect(
      failure.description
        == "correlation of the latents: expected more than 4 valid rows in a batch (the latent "
        + "size), found 4; enlarge the batch, reduce the latent size, or align on frames instead "
        + "of pooled sequences")
  }

  @Test("Latents that are not finite are refused")
  func notFinite() {
    let tape = Tape<Float>(compute: Compute())
    let x = tape.constant(Tensor(repeating: .nan, shape: [8, 2]))
    #expect(throws: TensorsFailure.self) { try tape.correlationLoss(x, x) }
  }
}
