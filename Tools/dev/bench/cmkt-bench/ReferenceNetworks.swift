import Networks
import Tensors

/// The networks of the reference workloads; sizes as in `Tools/dev/bench/pytorch.py`.
enum ReferenceNetworks: String, CaseIterable {
  case bigru, transformer

  static let weakSize = 168
  static let strongSize = 88
  static let latent = 64
  /// Of a Bi-GRU per direction; a transformer is as wide as both.
  static let hidden = 64
  static let heads = 4
  static let feedForward = 512
  static let encoderLayers = 2

  static var head: Head<Float> {
    Head(name: "head/y", inputSize: latent, hiddenSize: 0, outputSize: 1, seed: 1)
  }

  private var kind: SequenceKind {
    switch self {
    case .bigru: .gru(isBidirectional: true)
    case .transformer:
      .transformer(heads: Self.heads, feedForwardSize: Self.feedForward, span: nil)
    }
  }

  private var width: Int { self == .bigru ? Self.hidden : 2 * Self.hidden }

  func encoder(_ name: String, inputSize: Int) -> Encoder<Float> {
    Encoder(
      name: name, kind: kind, inputSize: inputSize, hiddenSize: width,
      layerCount: Self.encoderLayers, latentSize: Self.latent, activation: .tanh, dropout: 0.1,
      seed: 1)
  }

  var decoder: Decoder<Float> {
    Decoder(
      name: "translator/s", kind: kind, inputSize: Self.latent, hiddenSize: width, layerCount: 1,
      outputSize: Self.strongSize, seed: 1)
  }

  /// Multiplications in the matrix products of one frame forward through layers of this kind, of
  /// which `input` at the layers' input; in sequences of `frames`.
  func products(inputSize: Int, layers: Int, frames: Int) -> (input: Int, rest: Int) {
    switch self {
    case .bigru:
      let gates = 6 * Self.hidden
      let recurrent = Self.hidden * gates
      return (
        inputSize * gates, layers * recurrent + (layers - 1) * 2 * Self.hidden * gates
      )
    case .transformer:
      let layer = 4 * width * width + 2 * width * Self.feedForward + 2 * frames * width
      return (inputSize * width, layers * layer)
    }
  }

  /// The operations in the matrix products of one step-2 epoch, in 10⁹: training costs three
  /// products for each one forward, two at the input.
  func epochGigaOperations(keepsStrongLatents: Bool) -> Double {
    let frames = ReferenceWorkload.frames
    func cost(_ inputSize: Int, _ layers: Int, _ outputSize: Int) -> (input: Int, rest: Int) {
      let part = products(inputSize: inputSize, layers: layers, frames: frames)
      return (part.input, part.rest + 2 * Self.hidden * outputSize)
    }
    let weak = cost(Self.weakSize, Self.encoderLayers, Self.latent)
    let strong = cost(Self.strongSize, Self.encoderLayers, Self.latent)
    let translator = cost(Self.latent, 1, Self.strongSize)
    let trained = weak.rest + translator.input + translator.rest + Self.latent
    let perFrame =
      2 * weak.input + 3 * trained + (keepsStrongLatents ? 0 : strong.input + strong.rest)
    return 2 * Double(perFrame * ReferenceWorkload.windows * frames) / 1e9
  }
}
