import CMKTFormat
import Foundation
import Tensors

/// Head outputs, `[rows, C]`, as predictions: probabilities for all but continuous targets.
func probabilities(_ outputs: Tensor<Float>, kind: TargetKind) -> Tensor<Float> {
  switch kind {
  case .regression:
    return outputs
  case .binary, .multilabel:
    return Tensor(
      shape: outputs.shape,
      elements: outputs.elements.map { Float(1 / (1 + exp(-Double($0)))) })
  case .classes:
    let width = outputs.shape[1]
    var result = outputs
    for start in stride(from: 0, to: outputs.elements.count, by: width) {
      let logits = outputs.elements[start..<(start + width)].map { Double($0) }
      let largest = logits.max() ?? 0
      let exponentials = logits.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      for column in 0..<width {
        result.elements[start + column] = Float(exponentials[column] / sum)
      }
    }
    return result
  }
}

/// `rows`, `[T, C]`, moved towards later times by `delay` frames; the first row fills the start.
func shifted(_ rows: Tensor<Float>, by delay: Int) -> Tensor<Float> {
  let (count, width) = (rows.shape[0], rows.shape[1])
  guard delay > 0, count > 0 else { return rows }
  let elements = (0..<count).flatMap { row in
    let source = max(0, row - delay)
    return rows.elements[(source * width)..<((source + 1) * width)]
  }
  return Tensor(shape: rows.shape, elements: elements)
}
