package import CMKTFormat
import Tensors

extension Normalisation {
  /// The mean and the population standard deviation of each feature over the valid values of the
  /// rows `rows`; scale 1 where a feature is constant or has no valid value.
  package init(fitting modality: Modality, rows: some Sequence<Int>) {
    let rows = Array(rows)
    let width = modality.featureCount
    let values = modality.values.elements
    var mean = [Double](repeating: 0, count: width)
    var variance = mean
    var count = [Int](repeating: 0, count: width)
    for row in rows {
      for column in 0..<width where modality.isValid(row: row, column: column) {
        mean[column] += Double(values[row * width + column])
        count[column] += 1
      }
    }
    for column in 0..<width where count[column] > 0 { mean[column] /= Double(count[column]) }
    for row in rows {
      for column in 0..<width where modality.isValid(row: row, column: column) {
        let difference = Double(values[row * width + column]) - mean[column]
        variance[column] += difference * difference
      }
    }
    var scale = [Float](repeating: 1, count: width)
    for column in 0..<width where count[column] > 0 {
      let deviation = (variance[column] / Double(count[column])).squareRoot()
      // Round-off of a constant column must not become its scale.
      if deviation > 1e-6 * max(abs(mean[column]), 1e-6) { scale[column] = Float(deviation) }
    }
    self.init(mean: mean.map { Float($0) }, scale: scale)
  }

  /// The rows `rows` of `modality` as network inputs, `[rows.count · D]`: `(x − mean) / scale`,
  /// and 0, which is the training mean, where a value is not valid.
  package func inputs(of modality: Modality, rows: Range<Int>) -> [Float] {
    let width = modality.featureCount
    precondition(mean.count == width && scale.count == width)
    let values = modality.values.elements
    var result = [Float](repeating: 0, count: rows.count * width)
    for row in rows {
      let offset = (row - rows.lowerBound) * width
      for column in 0..<width where modality.isValid(row: row, column: column) {
        let value = values[row * width + column]
        result[offset + column] = (value - mean[column]) / scale[column]
      }
    }
    return result
  }
}
