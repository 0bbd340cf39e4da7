import HDF5
import Tensors

/// Statistics of each column of a modality over its valid values, written with the file so that
/// a summary need not read the values.
package struct ColumnStatistics: Sendable, Equatable {
  /// Number of valid values, `[D]`.
  package var count: [Int]
  /// `[D]`; all 0 where a column has no valid value.
  ///
  /// The deviation is the population's.
  package var mean: [Double]
  package var standardDeviation: [Double]
  package var minimum: [Double]
  package var maximum: [Double]

  /// Computes the statistics of `modality` in two passes over the rows, O(n·D).
  package init(of modality: Modality) {
    let (rowCount, columnCount) = (modality.rowCount, modality.featureCount)
    count = Array(repeating: 0, count: columnCount)
    mean = Array(repeating: 0, count: columnCount)
    standardDeviation = mean
    minimum = Array(repeating: .infinity, count: columnCount)
    maximum = Array(repeating: -.infinity, count: columnCount)
    let values = modality.values.elements
    for row in 0..<rowCount {
      for column in 0..<columnCount where modality.isValid(row: row, column: column) {
        let value = Double(values[row * columnCount + column])
        count[column] += 1
        mean[column] += value
        minimum[column] = min(minimum[column], value)
        maximum[column] = max(maximum[column], value)
      }
    }
    for column in 0..<columnCount {
      if count[column] == 0 {
        minimum[column] = 0
        maximum[column] = 0
      }
      mean[column] /= Double(max(1, count[column]))
    }
    for row in 0..<rowCount {
      for column in 0..<columnCount where modality.isValid(row: row, column: column) {
        let difference = Double(values[row * columnCount + column]) - mean[column]
        standardDeviation[column] += difference * difference
      }
    }
    for column in 0..<columnCount {
      standardDeviation[column] =
        (standardDeviation[column] / Double(max(1, count[column]))).squareRoot()
    }
  }

  func encode(at path: String, into document: inout Document) {
    document.addGroup(path)
    document.add(count, at: path + "/count")
    let columns = [
      ("mean", mean), ("standard_deviation", standardDeviation), ("minimum", minimum),
      ("maximum", maximum),
    ]
    for (name, values) in columns {
      document.add(values, shape: [values.count], at: "\(path)/\(name)")
    }
  }

  init(decoding content: FileContent, at path: String) throws(HDF5Failure) {
    count = try content.integers(path + "/count")
    mean = try content.doubles(path + "/mean")
    standardDeviation = try content.doubles(path + "/standard_deviation")
    minimum = try content.doubles(path + "/minimum")
    maximum = try content.doubles(path + "/maximum")
  }
}
