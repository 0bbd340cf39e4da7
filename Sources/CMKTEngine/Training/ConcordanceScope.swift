import Tensors

/// Over which rows the concordance of the task loss is taken.
enum ConcordanceScope: String, Sendable {
  /// All rows of the batch, or in validation of the split.
  case batch
  /// The rows of each sequence or window, then the mean over those whose gold is not constant;
  /// where there is none, such as with one row a sequence, as `batch`.
  case sequence

  /// The rows of each concordance.
  ///
  /// - `values`: gold, `[rows, C]`; `weights`: which rows count, `[rows]`.
  /// - `layout`: the rows of each sequence or window.
  func parts(values: Tensor<Float>, weights: [Double], layout: RaggedBatch) -> [[Int]] {
    let all = weights.indices.filter { weights[$0] > 0 }
    guard self == .sequence else { return [all] }
    let width = values.shape[1]
    let parts = layout.ranges.map { range in range.filter { weights[$0] > 0 } }.filter { rows in
      guard let first = rows.first else { return false }
      let gold = values.elements[(first * width)..<((first + 1) * width)]
      return rows.contains {
        !gold.elementsEqual(values.elements[($0 * width)..<(($0 + 1) * width)])
      }
    }
    return parts.isEmpty ? [all] : parts
  }
}
