package import Tensors

/// A stack of transformer layers, normalised before each part.
///
/// Source: Xiong et al. 2020, arXiv 2002.04745.
///
///     x ← W x + b + positions      then for each layer
///     x ← x + drop(attention(norm(x)))      x ← x + drop(feedForward(norm(x)))      at last norm(x)
package final class Transformer<Scalar: TensorScalar>: SequenceLayers {
  package let input: Linear<Scalar>
  package let layers: [TransformerLayer<Scalar>]
  package let norm: LayerNorm<Scalar>
  private let positions: PositionTable<Scalar>

  /// Parameters: `<name>/input/{weight, bias}`, those of `TransformerLayer` below
  /// `<name>/layer_<i>`, `<name>/norm/{weight, bias}`.
  ///
  /// - `width`: H of every layer, a multiple of `heads`.
  /// - `span`: how many frames away a frame sees; nil: all of its sequence.
  package init(
    name: String, inputSize: Int, width: Int, layerCount: Int, heads: Int, feedForwardSize: Int,
    span: Int?, dropout: Double, seed: UInt64
  ) {
    precondition(layerCount > 0, "at least one layer")
    input = Linear(name: name + "/input", inputSize: inputSize, outputSize: width, seed: seed)
    layers = (0..<layerCount).map { index in
      TransformerLayer(
        name: "\(name)/layer_\(index)", width: width, heads: heads,
        feedForwardSize: feedForwardSize, span: span, dropout: dropout, seed: seed)
    }
    norm = LayerNorm(name: name + "/norm", size: width)
    positions = PositionTable(width: width)
  }

  package var outputSize: Int { input.weight.shape[0] }

  package var parameters: [Parameter<Scalar>] {
    input.parameters + layers.flatMap(\.parameters) + norm.parameters
  }

  /// `[ΣT, D]` to `[ΣT, H]`.
  package func callAsFunction(
    _ x: Variable<Scalar>, _ batch: RaggedBatch, _ pass: ForwardPass<Scalar>
  ) -> Variable<Scalar> {
    var x = pass.tape.add(input(x, pass), positions(batch, on: pass.tape))
    for layer in layers { x = layer(x, batch, pass) }
    return norm(x, pass)
  }
}
