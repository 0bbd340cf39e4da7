/// One matrix product: `c [m, n] = op(a) op(b) (+ bias) (+ c)`, row-major with row strides.
@unsafe struct Product<Scalar: TensorScalar> {
  var transposesA = false
  var transposesB = false
  let rows: Int
  let columns: Int
  let depth: Int
  let a: UnsafePointer<Scalar>
  let strideA: Int
  let b: UnsafePointer<Scalar>
  let strideB: Int
  var bias: UnsafePointer<Scalar>?
  var accumulates = false
  let c: UnsafeMutablePointer<Scalar>
  let strideC: Int

  var cost: Int { unsafe rows * columns * depth }

  /// Computes the rows `range` of the result.
  func run(_ range: Range<Int>, level: KernelLevel, scratch: UnsafeMutablePointer<Scalar>) {
    unsafe Scalar.kernels.gemm(
      level.code, transposesA ? 1 : 0, transposesB ? 1 : 0, range.count, columns, depth,
      a + (transposesA ? range.lowerBound : range.lowerBound * strideA), strideA, b, strideB, bias,
      accumulates ? 1 : 0, c + range.lowerBound * strideC, strideC, scratch)
  }
}

extension Compute {
  /// Runs one product on all threads, split over the rows of its result.
  func run<Scalar>(_ product: Product<Scalar>) {
    unsafe run([product])
  }

  /// Runs products with disjoint results, each split over its rows, in one region.
  func run<Scalar>(_ products: [Product<Scalar>]) {
    let pieces = unsafe pieceCount(of: products)
    unsafe forEach(products.count * pieces) { task, worker in
      let product = unsafe products[task / pieces]
      // Whole tiles of every level, unless that would leave a thread with much less than the others.
      let multiple = unsafe product.rows < 24 * 8 * pieces ? 8 : 24
      let length = unsafe (product.rows + pieces * multiple - 1) / (pieces * multiple) * multiple
      let low = unsafe min(product.rows, task % pieces * length)
      let high = unsafe min(product.rows, low + length)
      guard low < high else { return }
      unsafe product.run(low..<high, level: level, scratch: scratch(worker, as: Scalar.self))
    }
  }

  /// Into how many pieces each of `products` is cut.
  private func pieceCount<Scalar>(of products: [Product<Scalar>]) -> Int {
    guard let rows = unsafe products.map({ unsafe $0.rows }).min() else { return 1 }
    let tasks = taskCount(cost: unsafe products.reduce(0) { unsafe $0 + $1.cost })
    let count = unsafe products.count
    let wanted = (tasks + count - 1) / count
    let needed = (min(tasks, threadCount) + count - 1) / count
    // A short piece spends its time on packing what it shares with the others.
    return max(needed, min(wanted, rows / 192))
  }
}
