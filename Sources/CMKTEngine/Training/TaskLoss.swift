import CMKTFormat
import Foundation
import Tensors

/// The loss of continuous targets.
enum RegressionLoss: String, Sendable {
  case ccc, mse, l1
}

/// The task loss of one target over a whole set of sequences, as validation needs it: not the mean
/// over batches, since CCC is not a mean over rows.
struct TaskLoss: Sendable {
  let item: PreparedTarget
  let regression: RegressionLoss

  /// The loss of `outputs`, the head's values before any sigmoid or softmax, `[rows, C]`, against
  /// `values` on the rows of weight 1; nil without such rows.
  func value(outputs: Tensor<Float>, values: Tensor<Float>, weights: [Double]) -> Double? {
    let rows = weights.indices.filter { weights[$0] > 0 }
    guard !rows.isEmpty else { return nil }
    switch item.target.kind {
    case .regression: return regressionLoss(outputs, values, rows)
    case .binary, .multilabel: return binaryLoss(outputs, values, rows)
    case .classes: return classLoss(outputs, values, rows)
    }
  }

  private func regressionLoss(
    _ outputs: Tensor<Float>, _ values: Tensor<Float>, _ rows: [Int]
  ) -> Double {
    let width = values.shape[1]
    let losses = (0..<width).map { column in
      let scored = ScoredRows(
        predictions: rows.map { Double(outputs.elements[$0 * width + column]) },
        gold: rows.map { Double(values.elements[$0 * width + column]) },
        recordings: rows.map { _ in 0 })
      switch regression {
      // Constant gold tells nothing apart: as bad as no agreement.
      case .ccc: return 1 - (concordance(scored) ?? 0)
      case .mse:
        let error = rootMeanSquaredError(scored) ?? 0
        return error * error
      case .l1: return meanAbsoluteError(scored) ?? 0
      }
    }
    return losses.reduce(0, +) / Double(width)
  }

  private func binaryLoss(
    _ outputs: Tensor<Float>, _ values: Tensor<Float>, _ rows: [Int]
  ) -> Double {
    let width = values.shape[1]
    var sum = 0.0
    for row in rows {
      for index in (row * width)..<((row + 1) * width) {
        let logit = Double(outputs.elements[index])
        sum += max(logit, 0) - logit * Double(values.elements[index]) + log1p(exp(-abs(logit)))
      }
    }
    return sum / Double(rows.count * width)
  }

  private func classLoss(
    _ outputs: Tensor<Float>, _ values: Tensor<Float>, _ rows: [Int]
  ) -> Double {
    let width = outputs.shape[1]
    var sum = 0.0
    for row in rows {
      let logits = outputs.elements[(row * width)..<((row + 1) * width)].map { Double($0) }
      let largest = logits.max() ?? 0
      let total = logits.reduce(0) { $0 + exp($1 - largest) }
      sum += largest + log(total) - logits[Int(values.elements[row])]
    }
    return sum / Double(rows.count)
  }
}
