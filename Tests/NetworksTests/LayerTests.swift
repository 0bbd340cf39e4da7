import Networks
import Tensors
import Testing

private func sample<Scalar>(_ name: String, _ shape: [Int]) -> Tensor<Scalar> {
  var random = RandomStream(seed: 3, purpose: name)
  return Tensor(
    shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in Scalar(random.normal()) })
}

/// A weak path, a translator and a strong latent: everything that a training step combines.
private struct Model<Scalar: TensorScalar>: Network {
  let encoder: Encoder<Scalar>
  let norm: LayerNorm<Scalar>
  let head: Head<Scalar>
  let decoder: Decoder<Scalar>

  init(isBidirectional: Bool = true, dropout: Double = 0) {
    encoder = Encoder(
      name: "encoder", kind: .gru(isBidirectional: isBidirectional), inputSize: 3, hiddenSize: 3,
      layerCount: 2, latentSize: 3, activation: .tanh, dropout: dropout, seed: 1)
    norm = LayerNorm(name: "norm", size: 3)
    head = Head(name: "head/arousal", inputSize: 3, hiddenSize: 4, outputSize: 1, seed: 1)
    decoder = Decoder(
      name: "translator/audio", kind: .gru(isBidirectional: isBidirectional), inputSize: 3,
      hiddenSize: 2, layerCount: 1, outputSize: 4, seed: 1)
  }

  var parameters: [Parameter<Scalar>] {
    encoder.parameters + norm.parameters + head.parameters + decoder.parameters
  }

  func loss(
    _ pass: ForwardPass<Scalar>, lengths: [Int] = [4, 2, 5]
  ) throws -> Variable<Scalar> {
    let tape = pass.tape
    let batch = RaggedBatch(lengths: lengths)
    let rows = batch.frameCount
    let z = norm(encoder(tape.constant(sample("x", [rows, 3])), batch, pass), pass)
    let task = tape.concordanceLoss(head(z, pass), tape.constant(sample("y", [rows, 1])))
    let translation = tape.meanSquaredError(
      decoder(z, batch, pass), tape.constant(sample("s", [rows, 4])))
    let alignment = try tape.correlationLoss(z, tape.constant(sample("z", [rows, 3])))
    return tape.sum([
      (weight: 1, term: task), (weight: 0.5, term: translation), (weight: 0.2, term: alignment),
    ])
  }
}

@Suite("Layers")
struct LayerTests {
  @Test("Gradients of every parameter of a whole model", arguments: [true, false])
  func gradients(isBidirectional: Bool) throws {
    let model = Model<Double>(isBidirectional: isBidirectional, dropout: 0.3)
    let random = RandomStream(seed: 1, purpose: "dropout")
    let tape = Tape<Double>(compute: Compute())
    tape.backward(from: try model.loss(ForwardPass(tape, training: random)))
    let probe = Tape<Double>(compute: Compute(), isRecording: false)
    func value() throws -> Double {
      probe.reset()
      return try model.loss(ForwardPass(probe, training: random)).scalar
    }
    for parameter in model.parameters {
      let gradient = parameter.gradient.elements
      let largest = gradient.reduce(1e-3) { max($0, abs($1)) }
      let original = parameter.value
      for index in gradient.indices {
        var moved = original
        moved.elements[index] += 1e-5
        parameter.value = moved
        let up = try value()
        moved.elements[index] -= 2e-5
        parameter.value = moved
        let down = try value()
        let error = abs((up - down) / 2e-5 - gradient[index]) / largest
        #expect(error < 1e-6, "\(parameter.name)[\(index)]")
      }
      parameter.value = original
    }
  }

  @Test("Names of the file format")
  func names() {
    #expect(
      Model<Float>(isBidirectional: false).encoder.parameters.map(\.name) == [
        "encoder/layer_0/forward/input_weight", "encoder/layer_0/forward/recurrent_weight",
        "encoder/layer_0/forward/input_bias", "encoder/layer_0/forward/recurrent_bias",
        "encoder/layer_1/forward/input_weight", "encoder/layer_1/forward/recurrent_weight",
        "encoder/layer_1/forward/input_bias", "encoder/layer_1/forward/recurrent_bias",
        "encoder/latent/weight", "encoder/latent/bias",
      ])
    #expect(
      Model<Float>().head.parameters.map(\.name) == [
        "head/arousal/hidden/weight", "head/arousal/hidden/bias", "head/arousal/output/weight",
        "head/arousal/output/bias",
      ])
  }

  @Test("A sequence's latents do not depend on its batch, to the last bit")
  func batchSplit() {
    let encoder = Model<Float>().encoder
    let compute = Compute(threadCount: 2)
    let lengths = [4, 0, 7, 1, 5, 3, 2, 9, 1, 6]
    let batch = RaggedBatch(lengths: lengths)
    let x: Tensor<Float> = sample("x", [batch.frameCount, 3])
    func latents(_ sequences: [Int]) -> [Float] {
      let tape = Tape<Float>(compute: compute)
      let part = RaggedBatch(lengths: sequences.map { lengths[$0] })
      let rows = tape.constant(rows: sequences.map { batch.range($0) }, of: x)
      return encoder(rows, part, ForwardPass(tape)).tensor.elements
    }
    let whole = latents(Array(0..<10))
    #expect(whole == (0..<10).flatMap { latents([$0]) })
    #expect(whole == latents([0, 1, 2, 3]) + latents([4, 5, 6, 7, 8, 9]))
  }

  @Test("Weights survive export and import; wrong ones are refused")
  func weights() throws {
    let model = Model<Float>()
    let other = Encoder<Float>(
      name: "encoder", kind: .gru(isBidirectional: true), inputSize: 3, hiddenSize: 3,
      layerCount: 2, latentSize: 3, activation: .tanh, dropout: 0, seed: 2)
    #expect(other.weights.map(\.tensor) != model.encoder.weights.map(\.tensor))
    try other.load(model.weights)
    #expect(other.weights.map(\.tensor) == model.encoder.weights.map(\.tensor))
    #expect(throws: NetworksFailure.missingWeight("encoder/layer_0/forward/input_weight")) {
      try other.load([])
    }
    var wrong = model.weights
    wrong[3].tensor = Tensor(repeating: 0, shape: [2])
    #expect(
      throws: NetworksFailure.wrongShape(
        "encoder/layer_0/forward/recurrent_bias", expected: [9], found: [2])
    ) { try other.load(wrong) }
  }

  @Test("Dropout acts in training only, and differs from call to call")
  func dropout() {
    let tape = Tape<Float>(compute: Compute())
    let ones = tape.constant(Tensor(repeating: 1, shape: [100, 100]))
    #expect(ForwardPass(tape).dropout(ones, 0.3).tensor == ones.tensor)
    let pass = ForwardPass(tape, training: RandomStream(seed: 1, purpose: "dropout"))
    let first = pass.dropout(ones, 0.3).tensor.elements
    let second = pass.dropout(ones, 0.3).tensor.elements
    #expect(first != second)
    let dropped = first.filter { $0 == 0 }.count
    #expect(abs(Double(dropped) / 10_000 - 0.3) < 0.02)
    let both = zip(first, second).filter { $0 == 0 && $1 == 0 }.count
    #expect(abs(Double(both) / 10_000 - 0.09) < 0.015)
  }

  @Test("The same bytes for any number of threads, training included", arguments: [2, 4])
  func threads(count: Int) throws {
    func train(_ threads: Int) throws -> [Tensor<Float>] {
      let model = Model<Float>(dropout: 0.2)
      let optimiser = Optimiser(model.parameters, learningRate: 1e-2)
      let tape = Tape<Float>(compute: Compute(threadCount: threads))
      let lengths = (0..<40).map { ($0 * 37) % 23 }
      for step in 0..<3 {
        let random = RandomStream(seed: 1, purpose: "dropout", step: step)
        let pass = ForwardPass(tape, training: random)
        tape.backward(from: try model.loss(pass, lengths: lengths))
        optimiser.step(clippingTo: 1, level: tape.compute.level)
        tape.reset()
      }
      return model.weights.map(\.tensor)
    }
    #expect(try train(1) == train(count))
  }
}
