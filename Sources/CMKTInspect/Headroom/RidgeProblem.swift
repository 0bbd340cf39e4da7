import Tensors

/// Ridge regression of some columns on others, from their moments.
///
/// Source: Hoerl & Kennard 1970. Inputs are standardised by the rows of the fit, so that the
/// penalty is the same for all, and outputs are centred:
///
///     W = D⁻¹ (R + λ I)⁻¹ D⁻¹ cov(x, y),   R = D⁻¹ cov(x) D⁻¹,   D² = diag cov(x)
struct RidgeProblem: Sendable {
  private let correlations: Matrix
  /// `D⁻¹ cov(x, y)`, `[D, C]`.
  private let cross: Matrix
  private let inputMeans: [Double]
  private let inputScales: [Double]
  private let outputMeans: [Double]

  /// - Parameters:
  ///   - inputs: columns of `moments`, counted from 1; so `outputs`.
  init(_ moments: Moments, inputs: [Int], outputs: [Int]) {
    let count = max(1, moments.count)
    let inputMeans = inputs.map { moments.sum($0) / count }
    let outputMeans = outputs.map { moments.sum($0) / count }
    var covariance = moments.block(inputs, inputs)
    for row in 0..<covariance.rows {
      for column in 0..<covariance.columns {
        covariance[row, column] =
          covariance[row, column] / count - inputMeans[row] * inputMeans[column]
      }
    }
    // A column without variation in the rows of the fit says nothing; what is left is rounding.
    let inputScales = inputs.indices.map { place in
      let variance = covariance[place, place]
      let square = inputMeans[place] * inputMeans[place]
      return variance > 1e-12 * max(square, 1e-12) ? variance.squareRoot() : .infinity
    }
    var cross = moments.block(inputs, outputs)
    for row in 0..<cross.rows {
      for column in 0..<cross.columns {
        cross[row, column] =
          (cross[row, column] / count - inputMeans[row] * outputMeans[column]) / inputScales[row]
      }
      for column in 0..<covariance.columns {
        covariance[row, column] /= inputScales[row] * inputScales[column]
      }
    }
    self.cross = cross
    self.inputMeans = inputMeans
    self.outputMeans = outputMeans
    self.inputScales = inputScales
    correlations = covariance
  }

  /// W with the intercepts as its first row, `[D + 1, C]`.
  ///
  /// - Parameter ridge: λ, above 0.
  func map(ridge: Double) -> Matrix {
    var penalised = correlations
    for place in 0..<penalised.rows { penalised[place, place] += ridge }
    var map = Matrix(rows: cross.rows + 1, columns: cross.columns)
    // With a ridge above rounding it is positive definite.
    let slopes = (try? PositiveSolver(penalised))?.solve(cross)
    for column in 0..<cross.columns {
      map[0, column] = outputMeans[column]
      for row in 0..<cross.rows {
        let slope = (slopes?[row, column] ?? 0) / inputScales[row]
        map[row + 1, column] = slope
        map[0, column] -= slope * inputMeans[row]
      }
    }
    return map
  }
}
