import Foundation
import Networks
import Tensors
import Testing

private func sample<Scalar>(_ name: String, _ shape: [Int]) -> Tensor<Scalar> {
  var random = RandomStream(seed: 3, purpose: name)
  return Tensor(
    shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in Scalar(random.normal()) })
}

private func encoder<Scalar>(
  span: Int? = nil, dropout: Double = 0, width: Int = 6, as scalar: Scalar.Type = Scalar.self
) -> Encoder<Scalar> {
  Encoder(
    name: "encoder", kind: .transformer(heads: 2, feedForwardSize: 5, span: span), inputSize: 3,
    hiddenSize: width, layerCount: 2, latentSize: 3, activation: .tanh, dropout: dropout, seed: 1)
}

private func latents<Scalar>(
  _ encoder: Encoder<Scalar>, _ x: Tensor<Scalar>, _ batch: RaggedBatch, threads: Int = 1
) -> [Scalar] {
  let tape = Tape<Scalar>(compute: Compute(threadCount: threads))
  return encoder(tape.constant(x), batch, ForwardPass(tape)).tensor.elements
}

/// The encoder as the specification's text says, for one sequence x `[T][D]` that starts at
/// `start`; weights by name.
private struct NaiveEncoder {
  let weights: [String: Tensor<Double>]
  let width: Int
  let heads: Int
  let span: Int

  func vector(_ name: String) -> [Double] { weights["encoder/" + name]?.elements ?? [] }

  func dense(_ x: [[Double]], _ weight: String, _ bias: String) -> [[Double]] {
    let (w, b) = (vector(weight), vector(bias))
    return x.map { row in
      b.indices.map { out in
        row.indices.reduce(b[out]) { $0 + w[out * row.count + $1] * row[$1] }
      }
    }
  }

  func norm(_ x: [[Double]], _ name: String) -> [[Double]] {
    let (gain, bias) = (vector(name + "/weight"), vector(name + "/bias"))
    return x.map { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.indices.map {
        (row[$0] - mean) / (variance + 1e-5).squareRoot() * gain[$0] + bias[$0]
      }
    }
  }

  func attention(_ x: [[Double]]) -> [[Double]] {
    let size = width / heads
    return x.indices.map { t in
      let seen = x.indices.filter { abs($0 - t) <= span }
      return (0..<heads).flatMap { head in
        let powers = seen.map { s in
          let score = (0..<size).reduce(0.0) {
            $0 + x[t][head * size + $1] * x[s][width + head * size + $1]
          }
          return exp(score / Double(size).squareRoot())
        }
        let total = powers.reduce(0, +)
        return (0..<size).map { column in
          zip(seen, powers).reduce(0.0) {
            $0 + $1.1 / total * x[$1.0][2 * width + head * size + column]
          }
        }
      }
    }
  }

  func callAsFunction(_ x: [[Double]], start: Int) -> [Double] {
    var v = dense(x, "input/weight", "input/bias")
    for t in v.indices {
      for j in 0..<width {
        let angle = Double(start + t) / pow(10000, Double(j / 2 * 2) / Double(width))
        v[t][j] += j % 2 == 0 ? sin(angle) : cos(angle)
      }
    }
    func add(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
      zip(a, b).map { zip($0, $1).map { $0 + $1 } }
    }
    for layer in ["layer_0/", "layer_1/"] {
      let seen = attention(
        dense(
          norm(v, layer + "attention_norm"), layer + "attention/input_weight",
          layer + "attention/input_bias"))
      v = add(
        v, dense(seen, layer + "attention/output_weight", layer + "attention/output_bias"))
      let inner = dense(
        norm(v, layer + "feed_forward_norm"), layer + "feed_forward/hidden_weight",
        layer + "feed_forward/hidden_bias"
      ).map { $0.map { max($0, 0) } }
      v = add(
        v, dense(inner, layer + "feed_forward/output_weight", layer + "feed_forward/output_bias"))
    }
    return dense(norm(v, "norm"), "latent/weight", "latent/bias").flatMap { $0.map { tanh($0) } }
  }
}

@Suite("Transformer")
struct TransformerTests {
  @Test("Agrees with the definition, positions and spans included", arguments: [nil, 2] as [Int?])
  func definition(span: Int?) {
    let model = encoder(span: span, as: Double.self)
    // Biases and gains away from 0 and 1, where a mistake would not show.
    for parameter in model.parameters {
      let noise: Tensor<Double> = sample(parameter.name, [parameter.count])
      parameter.value = Tensor(
        shape: parameter.shape,
        elements: zip(parameter.value.elements, noise.elements).map { $0 + 0.3 * $1 })
    }
    let (lengths, starts) = ([4, 1, 0, 7], [0, 12, 5, 100])
    let batch = RaggedBatch(lengths: lengths, starts: starts)
    let x: Tensor<Double> = sample("x", [12, 3])
    let naive = NaiveEncoder(
      weights: Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.value) }),
      width: 6, heads: 2, span: span ?? 100)
    let rows = stride(from: 0, to: 36, by: 3).map { Array(x.elements[$0..<$0 + 3]) }
    let expected = zip(batch.ranges, starts).flatMap { naive(Array(rows[$0]), start: $1) }
    let found = latents(model, x, batch)
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(found != latents(model, x, RaggedBatch(lengths: lengths)))
  }

  @Test("Gradients of every parameter", arguments: [nil, 1] as [Int?])
  func gradients(span: Int?) throws {
    let model = encoder(span: span, dropout: 0.3, as: Double.self)
    let decoder = Decoder<Double>(
      name: "translator/audio", kind: .transformer(heads: 1, feedForwardSize: 4, span: span),
      inputSize: 3, hiddenSize: 2, layerCount: 1, outputSize: 4, seed: 1)
    let random = RandomStream(seed: 1, purpose: "dropout")
    let batch = RaggedBatch(lengths: [4, 2, 5], starts: [0, 3, 1])
    func loss(_ pass: ForwardPass<Double>) -> Variable<Double> {
      let z = model(pass.tape.constant(sample("x", [11, 3])), batch, pass)
      return pass.tape.meanSquaredError(
        decoder(z, batch, pass), pass.tape.constant(sample("s", [11, 4])))
    }
    let tape = Tape<Double>(compute: Compute())
    tape.backward(from: loss(ForwardPass(tape, training: random)))
    let probe = Tape<Double>(compute: Compute(), isRecording: false)
    func value() -> Double {
      probe.reset()
      return loss(ForwardPass(probe, training: random)).scalar
    }
    for parameter in model.parameters + decoder.parameters {
      let gradient = parameter.gradient.elements
      let largest = gradient.reduce(1e-3) { max($0, abs($1)) }
      let original = parameter.value
      for index in gradient.indices {
        var moved = original
        moved.elements[index] += 1e-5
        parameter.value = moved
        let up = value()
        moved.elements[index] -= 2e-5
        parameter.value = moved
        let error = abs((up - value()) / 2e-5 - gradient[index]) / largest
        #expect(error < 1e-6, "\(parameter.name)[\(index)]")
      }
      parameter.value = original
    }
  }

  @Test("A sequence's latents do not depend on its batch, to the last bit")
  func batchSplit() {
    let model = encoder(as: Float.self)
    let lengths = [4, 0, 70, 1, 150, 3]
    let batch = RaggedBatch(lengths: lengths)
    let x: Tensor<Float> = sample("x", [batch.frameCount, 3])
    let whole = latents(model, x, batch, threads: 2)
    let parts = lengths.indices.flatMap { index in
      let rows = batch.range(index)
      let part = Tensor(
        shape: [rows.count, 3],
        elements: Array(x.elements[rows.lowerBound * 3..<rows.upperBound * 3]))
      return latents(model, part, RaggedBatch(lengths: [rows.count]))
    }
    #expect(whole == parts)
  }

  @Test("Within a span, a window's middle is that of the whole sequence")
  func windows() {
    let model = encoder(span: 2, as: Double.self)
    let x: Tensor<Double> = sample("x", [40, 3])
    let whole = latents(model, x, RaggedBatch(lengths: [40]))
    let part = Tensor(shape: [20, 3], elements: Array(x.elements[30..<90]))
    let cut = latents(model, part, RaggedBatch(lengths: [20], starts: [10]))
    // Two layers of span 2 reach 4 frames.
    let inner = 4 * 3..<16 * 3
    let middle = Array(whole[30 + inner.lowerBound..<30 + inner.upperBound])
    #expect(zip(Array(cut[inner]), middle).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(abs(cut[0] - whole[30]) > 1e-6)
  }

  @Test("Names of the file format")
  func names() {
    let layer = [
      "attention_norm/weight", "attention_norm/bias", "attention/input_weight",
      "attention/input_bias", "attention/output_weight", "attention/output_bias",
      "feed_forward_norm/weight", "feed_forward_norm/bias", "feed_forward/hidden_weight",
      "feed_forward/hidden_bias", "feed_forward/output_weight", "feed_forward/output_bias",
    ]
    let expected =
      ["encoder/input/weight", "encoder/input/bias"]
      + layer.map { "encoder/layer_0/" + $0 } + layer.map { "encoder/layer_1/" + $0 }
      + [
        "encoder/norm/weight", "encoder/norm/bias", "encoder/latent/weight", "encoder/latent/bias",
      ]
    #expect(encoder(as: Float.self).parameters.map(\.name) == expected)
  }

  @Test("The same bytes for any number of threads, training included", arguments: [2, 4])
  func threads(count: Int) {
    func train(_ threads: Int) -> [Tensor<Float>] {
      let model = encoder(dropout: 0.2, width: 32, as: Float.self)
      let optimiser = Optimiser(model.parameters, learningRate: 1e-2)
      let tape = Tape<Float>(compute: Compute(threadCount: threads))
      let lengths = (0..<40).map { ($0 * 37) % 23 } + [600]
      let batch = RaggedBatch(lengths: lengths)
      for step in 0..<3 {
        let random = RandomStream(seed: 1, purpose: "dropout", step: step)
        let pass = ForwardPass(tape, training: random)
        let z = model(tape.constant(sample("x", [batch.frameCount, 3])), batch, pass)
        let goal = tape.constant(sample("y", [batch.frameCount, 3]))
        tape.backward(from: tape.meanSquaredError(z, goal))
        optimiser.step(clippingTo: 1, level: tape.compute.level)
        tape.reset()
      }
      return model.weights.map(\.tensor)
    }
    #expect(train(1) == train(count))
  }
}
