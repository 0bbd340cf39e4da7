import CMKTFormat
import Foundation
import Tensors

/// The loss of continuous targets.
enum RegressionLoss: String, Sendable {
  case ccc, mse, l1
}

/// The task losses of the targets of a run: of a batch, with gradients, and of whole sequences.
///
/// Validation needs the second: CCC is not a mean over rows, so it is not the mean over batches.
struct TaskLosses: Sendable {
  let weights: TaskWeights
  private let targets: [PreparedTarget]
  private let regression: RegressionLoss
  private let scope: ConcordanceScope

  init(data: TrainingData, recipe: Recipe) {
    targets = data.targets
    weights = TaskWeights(data: data, recipe: recipe)
    regression = RegressionLoss(rawValue: recipe.choice(.lossRegression)) ?? .ccc
    scope = ConcordanceScope(rawValue: recipe.choice(.lossScope)) ?? .batch
  }

  /// The loss of target `index` in a batch.
  ///
  /// - Parameters:
  ///   - output: the head's values before any sigmoid or softmax, `[rows, C]`.
  ///   - values: gold, `[rows, C]`, or a class number, `[rows, 1]`.
  ///   - weights: which rows count, `[rows]`.
  ///   - layout: the rows of each window.
  func loss(
    of output: Variable<Float>, target index: Int, values: Tensor<Float>, weights: [Double],
    layout: RaggedBatch, on tape: Tape<Float>
  ) -> Variable<Float> {
    switch targets[index].target.kind {
    case .regression:
      switch regression {
      case .ccc:
        return concordanceLoss(
          of: output, values: values, weights: weights, layout: layout, on: tape)
      case .mse: return tape.meanSquaredError(output, tape.constant(values), weights: weights)
      case .l1: return tape.meanAbsoluteError(output, tape.constant(values), weights: weights)
      }
    case .binary, .multilabel:
      return tape.binaryCrossEntropy(
        output, tape.constant(values), positiveWeights: self.weights.positives[index],
        weights: weights)
    case .classes:
      return tape.crossEntropy(
        output, classes: values.elements.map { Int($0) }, classWeights: self.weights.classes[index],
        weights: weights)
    }
  }

  private func concordanceLoss(
    of output: Variable<Float>, values: Tensor<Float>, weights: [Double], layout: RaggedBatch,
    on tape: Tape<Float>
  ) -> Variable<Float> {
    guard scope == .sequence else {
      return tape.concordanceLoss(output, tape.constant(values), weights: weights)
    }
    let parts = scope.parts(values: values, weights: weights, layout: layout)
    let gold = tape.constant(values)
    let share = 1 / Double(parts.count)
    return tape.sum(
      parts.map { rows in
        (
          weight: share,
          term: tape.concordanceLoss(tape.gatherRows(output, rows), tape.gatherRows(gold, rows))
        )
      })
  }

  /// The same loss over whole sequences, in double precision; nil where no row counts.
  ///
  /// - Parameters: as `loss`; `layout` has the rows of each sequence.
  func value(
    of outputs: Tensor<Float>, target index: Int, values: Tensor<Float>, weights: [Double],
    layout: RaggedBatch
  ) -> Double? {
    let rows = weights.indices.filter { weights[$0] > 0 }
    guard !rows.isEmpty else { return nil }
    switch targets[index].target.kind {
    case .regression:
      let parts =
        regression == .ccc
        ? scope.parts(values: values, weights: weights, layout: layout) : [rows]
      let losses = parts.map { regressionLoss(outputs, values, $0) }
      return losses.reduce(0, +) / Double(losses.count)
    case .binary, .multilabel:
      return binaryLoss(outputs, values, rows, positiveWeights: self.weights.positives[index])
    case .classes: return classLoss(outputs, values, rows, weights: self.weights.classes[index])
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
    _ outputs: Tensor<Float>, _ values: Tensor<Float>, _ rows: [Int], positiveWeights: [Double]?
  ) -> Double {
    let width = values.shape[1]
    var sum = 0.0
    for row in rows {
      for column in 0..<width {
        let logit = Double(outputs.elements[row * width + column])
        let isPositive = values.elements[row * width + column] == 1
        // softplus of the logit of the wrong side
        let loss = max(isPositive ? -logit : logit, 0) + log1p(exp(-abs(logit)))
        sum += isPositive ? (positiveWeights?[column] ?? 1) * loss : loss
      }
    }
    return sum / Double(rows.count * width)
  }

  private func classLoss(
    _ outputs: Tensor<Float>, _ values: Tensor<Float>, _ rows: [Int], weights: [Double]?
  ) -> Double {
    let width = outputs.shape[1]
    var sum = 0.0
    var total = 0.0
    for row in rows {
      let logits = outputs.elements[(row * width)..<((row + 1) * width)].map { Double($0) }
      let label = Int(values.elements[row])
      let largest = logits.max() ?? 0
      let exponentials = logits.reduce(0) { $0 + exp($1 - largest) }
      let weight = weights?[label] ?? 1
      sum += weight * (largest + log(exponentials) - logits[label])
      total += weight
    }
    return sum / total
  }
}
