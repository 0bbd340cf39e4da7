import CMKTFormat
import Tensors

extension [TermSum] {
  /// Adds the values of `terms` on a batch of `rows` rows.
  mutating func add(_ terms: [LossTerm], values: [Double], rows: Double) {
    for (term, value) in zip(terms, values) {
      guard let index = firstIndex(where: { $0.name == term.name }) else {
        append(TermSum(name: term.name, weight: term.weight, sum: value * rows, count: rows))
        continue
      }
      self[index].sum += value * rows
      self[index].count += rows
    }
  }

  /// The means by row, the total first.
  func means(_ split: String) -> [(name: String, value: Double)] {
    let means = map { (name: "\(split)/\($0.name)", value: $0.sum / $0.count) }
    let total = zip(self, means).reduce(0) { $0 + $1.0.weight * $1.1.value }
    return [("\(split)/loss", total)] + means
  }
}

extension [HistoryCurve] {
  /// Appends the values of one epoch to the curves of `stage`.
  mutating func record(_ values: [(name: String, value: Double)], stage: Stage) {
    for (name, value) in values {
      let title = "\(stage.name)/\(name)"
      if let index = firstIndex(where: { $0.name == title }) {
        self[index].values.append(value)
      } else {
        append(HistoryCurve(name: title, values: [value]))
      }
    }
  }
}

extension RunningStage {
  /// Moves on to the first batch of the next epoch.
  mutating func beginEpoch() {
    epoch += 1
    batch = 0
    sums = []
  }
}

extension StageTask {
  /// The parameters as they stand.
  func snapshot() -> [NamedTensor] {
    parameters.map { NamedTensor(name: $0.name, tensor: $0.value) }
  }

  /// Sets the parameters.
  ///
  /// - Throws: as `check(_:)`; nothing changes then.
  func restore(_ values: [NamedTensor]) throws(EngineFailure) {
    let values = try check(values)
    for (parameter, value) in zip(parameters, values) { parameter.value = value }
  }

  /// The values for `parameters`, in their order.
  ///
  /// - Throws: `checkpointMismatch` where one is missing or has another shape.
  @discardableResult
  func check(_ values: [NamedTensor]) throws(EngineFailure) -> [Tensor<Float>] {
    let byName = Dictionary(values.map { ($0.name, $0.tensor) }) { first, _ in first }
    var found: [Tensor<Float>] = []
    for parameter in parameters {
      guard let tensor = byName[parameter.name], tensor.shape == parameter.shape else {
        let shape = byName[parameter.name].map { "one of shape \($0.shape)" } ?? "none"
        throw .checkpointMismatch(differences: [
          "stage \(stage.name): expected \(parameter.name) of shape \(parameter.shape), "
            + "found \(shape)"
        ])
      }
      found.append(tensor)
    }
    return found
  }
}
