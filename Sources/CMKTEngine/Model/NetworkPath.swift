import CMKTFormat
import Networks
import Tensors

/// An encoder with its heads.
struct NetworkPath {
  let encoder: Encoder<Float>
  /// `K`.
  let latentSize: Int
  let heads: [Head<Float>]
  let headConfigurations: [HeadConfiguration]

  /// A path with random weights, named `encoderName/…` and `headName/<target>/…`.
  init(
    encoder configuration: EncoderConfiguration, encoderName: String,
    heads configurations: [HeadConfiguration], headName: String, seed: UInt64
  ) {
    encoder = Encoder(name: encoderName, configuration: configuration, seed: seed)
    latentSize = configuration.latentSize
    headConfigurations = configurations
    heads = configurations.map { head in
      Head(
        name: "\(headName)/\(head.target)", inputSize: head.inputSize,
        hiddenSize: head.hiddenSize, outputSize: head.outputSize, seed: seed)
    }
  }

  /// All parameters, encoder first.
  var parameters: [Parameter<Float>] { encoder.parameters + heads.flatMap(\.parameters) }

  /// The outputs of head `index` on each group of rows of the latent, before any sigmoid or
  /// softmax: `[R, K]` to `[groups, C]`.
  func output(
    of index: Int, latent: Variable<Float>, groups: RowGroups, pass: ForwardPass<Float>
  ) -> Variable<Float> {
    heads[index](groups.mean(of: latent, on: pass.tape), pass)
  }
}
