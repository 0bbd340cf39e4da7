package import Tensors

/// One layer of a transformer: self-attention, then two dense layers, each added to its input.
package final class TransformerLayer<Scalar: TensorScalar>: Network {
  package let attentionNorm: LayerNorm<Scalar>
  package let inputWeight: Parameter<Scalar>
  package let inputBias: Parameter<Scalar>
  package let outputWeight: Parameter<Scalar>
  package let outputBias: Parameter<Scalar>
  package let feedForwardNorm: LayerNorm<Scalar>
  package let hiddenWeight: Parameter<Scalar>
  package let hiddenBias: Parameter<Scalar>
  package let denseWeight: Parameter<Scalar>
  package let denseBias: Parameter<Scalar>
  private let heads: Int
  private let span: Int?
  private let dropout: Double

  /// Parameters, each weight uniform in ±√(6 / (rows + columns)) at first and each bias 0, the
  /// three parts of the attention's input as one matrix: `<name>/attention_norm/{weight, bias}`,
  /// `attention/{input_weight [3H, H], input_bias, output_weight [H, H], output_bias}`,
  /// `feed_forward_norm/{weight, bias}`,
  /// `feed_forward/{hidden_weight [F, H], hidden_bias, output_weight [H, F], output_bias}`.
  ///
  /// - `dropout`: probability when training: before each sum, and within the dense part.
  /// - Precondition: `heads` divides `width`.
  init(
    name: String, width: Int, heads: Int, feedForwardSize: Int, span: Int?, dropout: Double,
    seed: UInt64
  ) {
    precondition(heads > 0 && width % heads == 0, "\(heads) heads do not divide \(width)")
    precondition(feedForwardSize > 0, "sizes are positive")
    func weight(_ part: String, _ rows: Int, _ columns: Int) -> Parameter<Scalar> {
      Parameter(
        name: "\(name)/\(part)", shape: [rows, columns],
        uniformWithin: (6 / Double(rows + columns)).squareRoot(), seed: seed)
    }
    func bias(_ part: String, _ count: Int) -> Parameter<Scalar> {
      Parameter(name: "\(name)/\(part)", value: Tensor(repeating: 0, shape: [count]))
    }
    attentionNorm = LayerNorm(name: name + "/attention_norm", size: width)
    inputWeight = weight("attention/input_weight", 3 * width, width)
    inputBias = bias("attention/input_bias", 3 * width)
    outputWeight = weight("attention/output_weight", width, width)
    outputBias = bias("attention/output_bias", width)
    feedForwardNorm = LayerNorm(name: name + "/feed_forward_norm", size: width)
    hiddenWeight = weight("feed_forward/hidden_weight", feedForwardSize, width)
    hiddenBias = bias("feed_forward/hidden_bias", feedForwardSize)
    denseWeight = weight("feed_forward/output_weight", width, feedForwardSize)
    denseBias = bias("feed_forward/output_bias", width)
    self.heads = heads
    self.span = span
    self.dropout = dropout
  }

  package var parameters: [Parameter<Scalar>] {
    attentionNorm.parameters + [inputWeight, inputBias, outputWeight, outputBias]
      + feedForwardNorm.parameters + [hiddenWeight, hiddenBias, denseWeight, denseBias]
  }

  /// `[ΣT, H]` to the same shape.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    let tape = pass.tape
    func linear(
      _ x: Variable<Scalar>, _ weight: Parameter<Scalar>, _ bias: Parameter<Scalar>
    ) -> Variable<Scalar> {
      tape.linear(x, tape.parameter(weight), tape.parameter(bias))
    }
    let projected = linear(attentionNorm(x, pass), inputWeight, inputBias)
    let seen = tape.attention(projected, batch, heads: heads, span: span)
    let attended = pass.add(x, dropped: linear(seen, outputWeight, outputBias), dropout)
    let hidden = pass.denseReLU(
      feedForwardNorm(attended, pass), hiddenWeight, hiddenBias, dropping: dropout)
    return pass.add(attended, dropped: linear(hidden, denseWeight, denseBias), dropout)
  }
}
