import CMKTEngine
import CMKTFormat
import Tensors

/// The rows of one view on a level of the features file.
struct ViewTable: Sendable {
  let axis: RowAxis
  /// By row of `axis`: whether it may be used.
  let valid: [Bool]
  /// Of the columns.
  let names: [String]
  /// For people, such as `weak latent (video)`.
  let title: String
  /// By sequence: its rows, `[T, D]`.
  private let values: [Int: Tensor<Float>]

  init(
    axis: RowAxis, valid: [Bool], names: [String], title: String, sequences: [Int],
    values: [Tensor<Float>]
  ) {
    self.axis = axis
    self.valid = valid
    self.names = names
    self.title = title
    self.values = Dictionary(zip(sequences, values), uniquingKeysWith: { first, _ in first })
  }

  /// The mean of the columns `columns` over the rows `rows` of `sequence`; zeros over none.
  func mean(of rows: [Int], sequence: Int, columns: [Int]) -> [Double] {
    var sums = Array(repeating: 0.0, count: columns.count)
    guard let block = values[sequence], !rows.isEmpty else { return sums }
    let (start, width) = (axis.rows(of: sequence).lowerBound, block.shape[1])
    for row in rows {
      let base = (row - start) * width
      for (place, column) in columns.enumerated() {
        sums[place] += Double(block.elements[base + column])
      }
    }
    guard rows.count > 1 else { return sums }
    return sums.map { $0 / Double(rows.count) }
  }
}
