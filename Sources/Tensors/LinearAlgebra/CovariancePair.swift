/// The covariances of two views of the same n rows, in double precision.
///
///     Σ_ww = X_wᵀ X_w / (n − 1) + ε I,   Σ_ws = X_wᵀ X_s / (n − 1),   Σ_ss likewise, X centred
struct CovariancePair {
  let weakMean: [Double]
  let strongMean: [Double]
  /// The centred rows, times the square root of their weights.
  let weak: Storage<Double>
  let strong: Storage<Double>
  let covariance: Matrix
  let weakCovariance: Matrix
  let strongCovariance: Matrix
  /// n − 1, for weights of 0 and 1.
  let degrees: Double

  /// - `weak`: `[rows, weakSize]`, `strong`: `[rows, strongSize]`; both are consumed.
  /// - `weights`: `[rows]`; nil counts every row once.
  /// - Throws: `TensorsFailure.tooFewRows` unless more rows count than either size.
  init(
    weak: Storage<Double>, weakSize: Int, strong: Storage<Double>, strongSize: Int, rows: Int,
    weights: [Double]?, ridge: Double, compute: Compute
  ) throws(TensorsFailure) {
    let counted = weights.map { $0.reduce(0) { $0 + ($1 > 0 ? 1 : 0) } } ?? rows
    let largest = max(weakSize, strongSize)
    guard counted > largest else { throw .tooFewRows(found: counted, latentSize: largest) }
    let total = weights.map { $0.reduce(0, +) } ?? Double(rows)
    degrees = total - 1
    weakMean = Self.centre(weak, rows, weakSize, weights, total, compute)
    strongMean = Self.centre(strong, rows, strongSize, weights, total, compute)
    self.weak = weak
    self.strong = strong
    let factor = 1 / degrees
    covariance = Self.cross(weak, weakSize, strong, strongSize, rows, compute).scaled(by: factor)
    var own = Self.cross(weak, weakSize, weak, weakSize, rows, compute).scaled(by: factor)
    for i in 0..<weakSize { own[i, i] += ridge }
    weakCovariance = own
    own = Self.cross(strong, strongSize, strong, strongSize, rows, compute).scaled(by: factor)
    for i in 0..<strongSize { own[i, i] += ridge }
    strongCovariance = own
  }

  /// Subtracts the weighted mean of each column, then scales rows by √weight.
  private static func centre(
    _ values: Storage<Double>, _ rows: Int, _ columns: Int, _ weights: [Double]?, _ total: Double,
    _ compute: Compute
  ) -> [Double] {
    var mean = Array(repeating: 0.0, count: columns)
    let level = compute.level.code
    if let weights {
      unsafe Double.kernels.poolRows(
        level, 1, columns, [0], [Int32(rows)], weights, values.pointer, &mean)
    } else {
      unsafe mean.withUnsafeMutableBufferPointer { buffer in
        guard let sums = buffer.baseAddress else { return }
        compute.split(columns, multiple: 32, cost: rows * columns) { range, _ in
          unsafe Double.kernels.columnSum(
            level, rows, range.count, values.pointer + range.lowerBound, columns,
            sums + range.lowerBound)
        }
      }
    }
    for j in 0..<columns { mean[j] /= total }
    compute.split(rows, cost: rows * columns) { range, _ in
      let first = unsafe values.pointer + range.lowerBound * columns
      if let weights {
        let own = Array(weights[range])
        unsafe Double.kernels.centreRows(level, range.count, columns, mean, own, first)
      } else {
        unsafe Double.kernels.centreRows(level, range.count, columns, mean, nil, first)
      }
    }
    return mean
  }

  private static func cross(
    _ a: Storage<Double>, _ m: Int, _ b: Storage<Double>, _ n: Int, _ rows: Int, _ compute: Compute
  ) -> Matrix {
    var result = Matrix(rows: m, columns: n)
    unsafe result.elements.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      unsafe compute.run(
        Product(
          transposesA: true, rows: m, columns: n, depth: rows, a: a.pointer, strideA: m,
          b: b.pointer, strideB: n, c: base, strideC: n))
    }
    return result
  }
}
