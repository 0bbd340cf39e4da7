package import CMKTFormat
import Tensors

extension Normalisation {
  /// The mean and the population standard deviation of each feature over the valid values of
  /// `ranges` of `rows`; scale 1 where a feature is constant or has no valid value.
  ///
  /// Reads the rows twice.
  ///
  /// - Throws: `unreadable`.
  package init(
    fitting rows: any RowReading, in ranges: [Range<Int>]
  ) throws(EngineFailure) {
    let width = rows.columnCount
    var mean = [Double](repeating: 0, count: width)
    var count = [Int](repeating: 0, count: width)
    try rows.forEachBlock(of: ranges) { _, block in
      block.add(to: &mean, count: &count)
    }
    for column in 0..<width where count[column] > 0 { mean[column] /= Double(count[column]) }
    var variance = [Double](repeating: 0, count: width)
    try rows.forEachBlock(of: ranges) { _, block in
      block.addSquares(around: mean, to: &variance)
    }
    var scale = [Float](repeating: 1, count: width)
    for column in 0..<width where count[column] > 0 {
      let deviation = (variance[column] / Double(count[column])).squareRoot()
      // Round-off of a constant column must not become its scale.
      if deviation > 1e-6 * max(abs(mean[column]), 1e-6) { scale[column] = Float(deviation) }
    }
    self.init(mean: mean.map { Float($0) }, scale: scale)
  }

  /// Makes network inputs of the rows `rows` of `block`: `(x − mean) / scale`, and 0, which is the
  /// training mean, where a value is not valid.
  package func scale(_ rows: Range<Int>, of block: inout ValueBlock) {
    let width = block.columnCount
    precondition(mean.count == width && scale.count == width)
    let validity = block.validity
    let (means, scales) = (mean.span, scale.span)
    var values = block.values.mutableSpan
    switch validity {
    case .rows(let flags):
      for row in rows {
        let first = row &* width
        if flags[row] {
          for column in 0..<width {
            values[first &+ column] = (values[first &+ column] - means[column]) / scales[column]
          }
        } else {
          for column in 0..<width { values[first &+ column] = 0 }
        }
      }
    case .elements(let flags):
      for row in rows {
        let first = row &* width
        for column in 0..<width {
          let index = first &+ column
          values[index] = flags[index] ? (values[index] - means[column]) / scales[column] : 0
        }
      }
    }
  }
}

extension ValueBlock {
  /// Adds the values that count to the sums of their columns, row by row.
  fileprivate func add(to sums: inout [Double], count: inout [Int]) {
    let width = columnCount
    let values = values.span
    var sum = sums.mutableSpan
    switch validity {
    case .rows(let flags):
      var rowCount = 0
      for row in flags.indices where flags[row] {
        rowCount += 1
        let first = row &* width
        for column in 0..<width { sum[column] += Double(values[first &+ column]) }
      }
      for column in 0..<width { count[column] += rowCount }
    case .elements(let flags):
      for index in flags.indices where flags[index] {
        let column = index % width
        sum[column] += Double(values[index])
        count[column] += 1
      }
    }
  }

  /// Adds the squares of the differences from `mean` to the sums of their columns, row by row.
  fileprivate func addSquares(around mean: [Double], to sums: inout [Double]) {
    let width = columnCount
    let values = values.span
    let means = mean.span
    var sum = sums.mutableSpan
    switch validity {
    case .rows(let flags):
      for row in flags.indices where flags[row] {
        let first = row &* width
        for column in 0..<width {
          let difference = Double(values[first &+ column]) - means[column]
          sum[column] += difference * difference
        }
      }
    case .elements(let flags):
      for index in flags.indices where flags[index] {
        let column = index % width
        let difference = Double(values[index]) - means[column]
        sum[column] += difference * difference
      }
    }
  }
}
