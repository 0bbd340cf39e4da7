import Foundation
import Networks
import Tensors
import Testing

/// What `Golden/make_gru.py` wrote.
private struct GRUGolden: Decodable {
  struct Entry: Decodable {
    var shape: [Int]
    var elements: [Float]

    var tensor: Tensor<Float> { Tensor(shape: shape, elements: elements) }
  }

  var torch: String
  var lengths: [Int]
  var input: Entry
  var target: Entry
  var output: Entry
  var loss: Double
  var weights: [String: Entry]
  var gradients: [String: Entry]

  static func load() throws -> GRUGolden {
    let url = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Golden/gru.json")
    return try JSONDecoder().decode(GRUGolden.self, from: Data(contentsOf: url))
  }
}

@Suite("Against PyTorch")
struct GoldenTests {
  @Test("Two bidirectional layers on ragged sequences: outputs, loss and gradients")
  func gru() throws {
    let golden = try GRUGolden.load()
    let gru = GRU<Float>(
      name: "encoder", inputSize: 3, hiddenSize: 4, layerCount: 2, isBidirectional: true,
      dropout: 0, seed: 1)
    try gru.load(golden.weights.map { (name: $0.key, tensor: $0.value.tensor) })
    let tape = Tape<Float>(compute: Compute(threadCount: 2))
    let output = gru(
      tape.constant(golden.input.tensor), RaggedBatch(lengths: golden.lengths),
      ForwardPass(tape))
    expectClose(output.tensor.elements, golden.output.elements, within: 1e-6)
    let loss = tape.meanSquaredError(output, tape.constant(golden.target.tensor))
    #expect(abs(loss.scalar - golden.loss) < 1e-6)
    tape.backward(from: loss)
    #expect(Set(gru.parameters.map(\.name)) == Set(golden.gradients.keys))
    for parameter in gru.parameters {
      let expected = try #require(golden.gradients[parameter.name])
      expectClose(parameter.gradient.elements, expected.elements, within: 1e-6)
    }
  }

  private func expectClose(_ found: [Float], _ expected: [Float], within tolerance: Float) {
    #expect(found.count == expected.count)
    let worst = zip(found, expected).map { abs($0 - $1) }.max() ?? 0
    #expect(worst < tolerance)
  }
}
