import Networks
import Tensors

/// The reference workload: one CM-StEW step-2 epoch, as `Tools/dev/bench/pytorch.py` runs it.
///
/// Weak 168 and strong 88 features, 256 windows of 150 frames, batch 32; Bi-GRU of 2 layers × 64
/// per direction and latent 64 in both branches; the strong encoder is frozen and, unless its
/// latents are kept, runs forward in every step; a one-layer Bi-GRU decoder back to 88; loss
/// 1 − CCC + correlation on frames + translation; dropout 0.1; Adam.
final class ReferenceWorkload {
  static let windows = 256
  static let frames = 150
  static let batchSize = 32
  static let weakSize = 168
  static let strongSize = 88
  static let hidden = 64
  static let latent = 64

  private let encoder: Encoder<Float>
  private let strongEncoder: Encoder<Float>
  private let head: Head<Float>
  private let decoder: Decoder<Float>
  private let adam: Adam<Float>
  private let tape: Tape<Float>
  private let weak: Tensor<Float>
  private let strong: Tensor<Float>
  private let target: Tensor<Float>
  private var strongLatents: Tensor<Float>?
  private var step = 0

  /// `keepsStrongLatents`: computes the frozen encoder's latents once, before the epochs.
  init(compute: Compute, keepsStrongLatents: Bool) {
    func encoder(_ name: String, _ inputSize: Int) -> Encoder<Float> {
      Encoder(
        name: name, inputSize: inputSize, hiddenSize: Self.hidden, layerCount: 2,
        isBidirectional: true, latentSize: Self.latent, activation: .tanh, dropout: 0.1, seed: 1)
    }
    self.encoder = encoder("encoder", Self.weakSize)
    strongEncoder = encoder("strong_encoder/s", Self.strongSize)
    strongEncoder.setFrozen(true)
    head = Head(
      name: "head/y", inputSize: Self.latent, hiddenSize: 0, outputSize: 1, seed: 1)
    decoder = Decoder(
      name: "translator/s", inputSize: Self.latent, hiddenSize: Self.hidden, layerCount: 1,
      isBidirectional: true, outputSize: Self.strongSize, seed: 1)
    adam = Adam(
      self.encoder.parameters + head.parameters + decoder.parameters, learningRate: 1e-3)
    tape = Tape(compute: compute)
    weak = Self.normal("weak", Self.weakSize)
    strong = Self.normal("strong", Self.strongSize)
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
    adam.step(level: tape.compute.level)
    tape.reset()
    return value
  }

  /// The operations in the matrix products of one epoch, in 10⁹.
  ///
  /// Of the recurrent and dense layers alone. Training costs three products for each one forward, two at the input.
  static func gigaOperations(keepsStrongLatents: Bool) -> Double {
    let gates = 2 * 3 * hidden
    let input = weakSize * gates
    let layer = hidden * gates
    let second = 2 * hidden * gates + layer
    let weakPath = layer + second + 2 * hidden * latent + latent
    let translator = latent * gates + layer + 2 * hidden * strongSize
    let strongPath =
      keepsStrongLatents ? 0 : strongSize * gates + layer + second + 2 * hidden * latent
    let perFrame = 2 * input + 3 * (weakPath + translator) + strongPath
    return 2 * Double(perFrame * windows * frames) / 1e9
  }
}
