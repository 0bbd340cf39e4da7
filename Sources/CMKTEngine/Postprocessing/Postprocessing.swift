package import CMKTFormat
package import Tensors

/// The fitted output chain of one target: what its predictions pass through last.
package struct Postprocessing: Sendable, Equatable {
  package let steps: [PostprocessingStep]

  /// The chain of `target`, whose predictions have `columnCount` columns.
  ///
  /// - Throws: `invalidModel` for a step that is not known or not sound.
  package init(
    _ steps: [PostprocessingStep], target: String, columnCount: Int
  ) throws(EngineFailure) {
    for (index, step) in steps.enumerated() {
      if let reason = step.flaw(columnCount: columnCount) {
        throw .invalidModel(
          location: "/postprocessing/\(target)[\(index)]", expected: "a known, sound step",
          found: reason)
      }
    }
    self.steps = steps
  }

  /// Steps that a fit has made.
  init(fitted steps: [PostprocessingStep]) { self.steps = steps }

  /// The predictions of one sequence, `[T, C]`, after all steps.
  package func applied(to predictions: Tensor<Float>) -> Tensor<Float> {
    guard !steps.isEmpty, predictions.shape[0] > 0 else { return predictions }
    let width = predictions.shape[1]
    var result = predictions
    for column in 0..<width {
      let places = stride(from: column, to: predictions.elements.count, by: width)
      let series = applied(to: places.map { Double(predictions.elements[$0]) }, column: column)
      for (place, value) in zip(places, series) { result.elements[place] = Float(value) }
    }
    return result
  }

  /// The predictions of column `column` of one sequence, `[T]`, after its steps.
  func applied(to series: [Double], column: Int) -> [Double] {
    steps.reduce(series) { values, step in
      (step.column ?? column) == column ? step.applied(to: values) : values
    }
  }
}

extension PostprocessingStep {
  /// This step over the predictions of one column of one sequence.
  package func applied(to series: [Double]) -> [Double] {
    switch kind {
    case "median": medianFiltered(series, width: frames)
    case "centre": series.map { $0 + value }
    case "scale": series.map { $0 * value }
    case "shift": series.indices.map { series[min(max($0 + frames, 0), series.count - 1)] }
    default: series
    }
  }
}
