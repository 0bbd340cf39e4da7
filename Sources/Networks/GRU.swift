package import Tensors

/// One direction of one GRU layer; gates in the order r, z, n; see `Tape.gru` for the equations.
package final class GRUDirection<Scalar: TensorScalar>: Network {
  package let inputWeight: Parameter<Scalar>
  package let recurrentWeight: Parameter<Scalar>
  package let inputBias: Parameter<Scalar>
  package let recurrentBias: Parameter<Scalar>

  /// Parameters, uniform in ±1/√H at first: `<name>/input_weight [3H, D]`,
  /// `recurrent_weight [3H, H]`, `input_bias [3H]`, `recurrent_bias [3H]`.
  init(name: String, inputSize: Int, hiddenSize: Int, seed: UInt64) {
    let bound = 1 / Double(hiddenSize).squareRoot()
    func make(_ part: String, _ shape: [Int]) -> Parameter<Scalar> {
      Parameter(name: "\(name)/\(part)", shape: shape, uniformWithin: bound, seed: seed)
    }
    inputWeight = make("input_weight", [3 * hiddenSize, inputSize])
    recurrentWeight = make("recurrent_weight", [3 * hiddenSize, hiddenSize])
    inputBias = make("input_bias", [3 * hiddenSize])
    recurrentBias = make("recurrent_bias", [3 * hiddenSize])
  }

  package var parameters: [Parameter<Scalar>] {
    [inputWeight, recurrentWeight, inputBias, recurrentBias]
  }

  func weights(on tape: Tape<Scalar>) -> RecurrentWeights<Scalar> {
    RecurrentWeights(
      inputWeight: tape.parameter(inputWeight), recurrentWeight: tape.parameter(recurrentWeight),
      inputBias: tape.parameter(inputBias), recurrentBias: tape.parameter(recurrentBias))
  }
}

/// Stacked GRU layers, in one or both directions, with dropout before every layer but the first.
package final class GRU<Scalar: TensorScalar>: SequenceLayers {
  /// `[layer][direction]`.
  package let layers: [[GRUDirection<Scalar>]]
  /// H, or 2 H with both directions.
  package let outputSize: Int
  private let dropout: Double

  /// Parameters: those of `GRUDirection`, named `<name>/layer_<i>/forward` and, if
  /// `isBidirectional`, `<name>/layer_<i>/backward`.
  package init(
    name: String, inputSize: Int, hiddenSize: Int, layerCount: Int, isBidirectional: Bool,
    dropout: Double, seed: UInt64
  ) {
    precondition(inputSize > 0 && hiddenSize > 0 && layerCount > 0, "sizes are positive")
    let directions = isBidirectional ? ["forward", "backward"] : ["forward"]
    let width = hiddenSize * directions.count
    layers = (0..<layerCount).map { layer in
      directions.map { direction in
        GRUDirection(
          name: "\(name)/layer_\(layer)/\(direction)", inputSize: layer == 0 ? inputSize : width,
          hiddenSize: hiddenSize, seed: seed)
      }
    }
    outputSize = width
    self.dropout = dropout
  }

  package var parameters: [Parameter<Scalar>] { layers.flatMap { $0.flatMap(\.parameters) } }

  /// `[ΣT, D]` to `[ΣT, outputSize]`.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    var x = x
    for (index, layer) in layers.enumerated() {
      if index > 0 { x = pass.dropout(x, dropout) }
      x = pass.tape.gru(x, batch, layer.map { $0.weights(on: pass.tape) })
    }
    return x
  }
}
