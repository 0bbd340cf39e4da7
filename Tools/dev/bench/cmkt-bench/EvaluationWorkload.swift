import Networks
import Tensors

/// The weak encoder and the head on one long recording, without gradients.
final class EvaluationWorkload {
  static let frames = 7501

  private let encoder: Encoder<Float>
  private let head = ReferenceNetworks.head
  private let tape: Tape<Float>
  private let recording: Tensor<Float>

  init(_ networks: ReferenceNetworks, compute: Compute) {
    encoder = networks.encoder("encoder", inputSize: ReferenceNetworks.weakSize)
    tape = Tape(compute: compute, isRecording: false)
    var random = RandomStream(seed: 1, purpose: "recording")
    let count = Self.frames * ReferenceNetworks.weakSize
    recording = Tensor(
      shape: [Self.frames, ReferenceNetworks.weakSize],
      elements: (0..<count).map { _ in Float(random.normal()) })
  }

  /// Predicts every frame; the last prediction.
  func run() -> Double {
    tape.reset()
    let pass = ForwardPass(tape)
    let batch = RaggedBatch(lengths: [Self.frames])
    let z = encoder(tape.constant(recording), batch, pass)
    return Double(head(z, pass).tensor.elements.last ?? 0)
  }
}
