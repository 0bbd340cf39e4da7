import Networks
import Tensors

/// One CM-StEW step-2 epoch, as `Tools/dev/bench/pytorch.py` describes and runs it.
///
/// The frozen strong encoder runs forward in every step, unless its latents are kept.
final class ReferenceWorkload {
  static let windows = 256
  static let frames = 150
  static let batchSize = 32

  private let encoder: Encoder<Float>
  private let strongEncoder: Encoder<Float>
  private let head: Head<Float>
  private let decoder: Decoder<Float>
  private let optimiser: Optimiser<Float>
  private let tape: Tape<Float>
  private let weak: Tensor<Float>
  private let strong: Tensor<Float>
  private let target: Tensor<Float>
  private var strongLatents: Tensor<Float>?
  private var step = 0

  /// `keepsStrongLatents`: computes the frozen encoder's latents once, before the epochs.
  init(_ networks: ReferenceNetworks, compute: Compute, keepsStrongLatents: Bool) {
    encoder = networks.encoder("encoder", inputSize: ReferenceNetworks.weakSize)
    strongEncoder = networks.encoder("strong_encoder/s", inputSize: ReferenceNetworks.strongSize)
    strongEncoder.setFrozen(true)
    head = ReferenceNetworks.head
    decoder = networks.decoder
    optimiser = Optimiser(
      self.encoder.parameters + head.parameters + decoder.parameters, learningRate: 1e-3)
    tape = Tape(compute: compute)
    weak = Self.normal("weak", ReferenceNetworks.weakSize)
    strong = Self.normal("strong", ReferenceNetworks.strongSize)
    target = Self.normal("target", 1)
    if keepsStrongLatents { strongLatents = latents() }
  }

  private static func normal(_ name: String, _ columns: Int) -> Tensor<Float> {
    var random = RandomStream(seed: 1, purpose: name)
    let count = windows * frames * columns
    return Tensor(
      shape: [windows * frames, columns],
      elements: (0..<count).map { _ in Float(random.normal()) })
  }

  private func rows(_ window: Int) -> Range<Int> {
    window * Self.frames..<(window + 1) * Self.frames
  }

  /// The strong latents of all windows.
  private func latents() -> Tensor<Float> {
    let pass = ForwardPass(Tape<Float>(compute: tape.compute, isRecording: false))
    let batch = RaggedBatch(lengths: Array(repeating: Self.frames, count: Self.windows))
    return strongEncoder(pass.tape.constant(strong), batch, pass).tensor
  }

  /// One epoch over all windows in a random order; the last loss.
  func epoch() throws -> Double {
    var random = RandomStream(seed: 1, purpose: "order", step: step)
    let order = random.permutation(Self.windows)
    var last = 0.0
    for start in stride(from: 0, to: Self.windows, by: Self.batchSize) {
      last = try train(order[start..<start + Self.batchSize].map(rows))
      step += 1
    }
    return last
  }

  private func train(_ ranges: [Range<Int>]) throws -> Double {
    let pass = ForwardPass(
      tape, training: RandomStream(seed: 1, purpose: "dropout", step: step))
    let batch = RaggedBatch(lengths: ranges.map(\.count))
    let strongFrames = tape.constant(rows: ranges, of: strong)
    let strongLatent =
      if let strongLatents {
        tape.constant(rows: ranges, of: strongLatents)
      } else {
        strongEncoder(strongFrames, batch, ForwardPass(tape))
      }
    let z = encoder(tape.constant(rows: ranges, of: weak), batch, pass)
    let loss = tape.sum([
      (
        weight: 1,
        term: tape.concordanceLoss(head(z, pass), tape.constant(rows: ranges, of: target))
      ),
      (weight: 1, term: try tape.correlationLoss(z, strongLatent)),
      (weight: 1, term: tape.meanSquaredError(decoder(z, batch, pass), strongFrames)),
    ])
    let value = loss.scalar
    tape.backward(from: loss)
    optimiser.step(level: tape.compute.level)
    tape.reset()
    return value
  }
}
