import HDF5

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
