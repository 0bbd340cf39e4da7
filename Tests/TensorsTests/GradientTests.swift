import Tensors
import Testing

/// Reduces a matrix to a scalar in a way that weighs every element differently.
private func reduce(_ tape: Tape<Double>, _ x: Variable<Double>) -> Variable<Double> {
  tape.meanSquaredError(x, tape.constant(sample("reduce", [x.rows, x.columns])))
}

private let lengths = [3, 1, 4, 0, 2]
private let weights: [Double] = [1, 0, 2, 1, 0.5, 1, 0, 1, 1, 3]

private func recurrentInputs(_ directions: Int) -> [Tensor<Double>] {
  [sample("x", [10, 3])]
    + (0..<directions).flatMap { direction in
      [
        sample("w\(direction)", [12, 3], scale: 0.5), sample("u\(direction)", [12, 4], scale: 0.5),
        sample("b\(direction)", [12], scale: 0.5), sample("c\(direction)", [12], scale: 0.5),
      ]
    }
}

private func recurrentWeights(_ v: [Variable<Double>]) -> [RecurrentWeights<Double>] {
  stride(from: 1, to: v.count, by: 4).map {
    RecurrentWeights(
      inputWeight: v[$0], recurrentWeight: v[$0 + 1], inputBias: v[$0 + 2],
      recurrentBias: v[$0 + 3])
  }
}

/// Two latents that depend on each other, so that singular values lie away from 0.
private func latents(_ rows: Int, _ width: Int, _ strongWidth: Int) -> [Tensor<Double>] {
  let weak = sample("weak", [rows, width])
  var strong = sample("strong", [rows, strongWidth], scale: 0.7)
  for row in 0..<rows {
    for j in 0..<min(width, strongWidth) {
      strong.elements[row * strongWidth + j] += weak.elements[row * width + j]
    }
  }
  return [weak, strong]
}

/// Latents of which column 2 repeats column 0 up to 1e-4: a nearly singular covariance.
private func nearlySingular() -> [Tensor<Double>] {
  var pair = latents(14, 3, 3)
  for row in 0..<14 {
    pair[0].elements[row * 3 + 2] =
      pair[0].elements[row * 3] + 1e-4 * pair[0].elements[row * 3 + 2]
  }
  return pair
}

private let elementCases: [GradientCase] = [
  GradientCase("linear", [sample("x", [5, 3]), sample("w", [4, 3]), sample("b", [4])]) {
    reduce($0, $0.linear($1[0], $1[1], $1[2]))
  },
  GradientCase("linear without bias", [sample("x", [1, 3]), sample("w", [1, 3])]) {
    reduce($0, $0.linear($1[0], $1[1], nil))
  },
  GradientCase(
    "dense, ReLU, dropout", [sample("x", [5, 3]), sample("w", [9, 3]), sample("b", [9])]
  ) {
    reduce($0, $0.denseReLU($1[0], $1[1], $1[2], dropping: 0.4, key: 99))
  },
  GradientCase("dense, ReLU", [sample("x", [5, 3]), sample("w", [9, 3]), sample("b", [9])]) {
    reduce($0, $0.denseReLU($1[0], $1[1], $1[2], dropping: 0, key: 0))
  },
  GradientCase("product", [sample("a", [3, 5]), sample("b", [5, 2])]) {
    reduce($0, $0.product($1[0], $1[1]))
  },
  GradientCase("add", [sample("a", [3, 2]), sample("b", [3, 2])]) {
    reduce($0, $0.add($1[0], $1[1]))
  },
  GradientCase("one input used twice", [sample("a", [3, 2])]) {
    reduce($0, $0.add($1[0], $0.add($1[0], $0.activation($1[0], .tanh))))
  },
  GradientCase("add what is dropped in part", [sample("a", [5, 7]), sample("b", [5, 7])]) {
    reduce($0, $0.addDropped($1[0], $1[1], probability: 0.4, key: 99))
  },
  GradientCase("add what is dropped in part to itself", [sample("a", [5, 7])]) {
    reduce($0, $0.addDropped($1[0], $1[0], probability: 0.4, key: 99))
  },
  GradientCase("scale and sum", [sample("a", [3, 2]), sample("b", [3, 2])]) {
    reduce($0, $0.sum([(weight: 0.3, term: $1[0]), (weight: 1, term: $1[1])]))
  },
  GradientCase("concatenate", [sample("a", [3, 2]), sample("b", [3, 1]), sample("c", [3, 4])]) {
    reduce($0, $0.concatenate($1))
  },
  GradientCase("tanh", [sample("a", [5, 7])]) { reduce($0, $0.activation($1[0], .tanh)) },
  GradientCase("sigmoid", [sample("a", [5, 7])]) { reduce($0, $0.activation($1[0], .sigmoid)) },
  GradientCase("relu", [sample("a", [5, 7])]) { reduce($0, $0.activation($1[0], .relu)) },
  GradientCase("dropout", [sample("a", [5, 7])]) {
    reduce($0, $0.dropout($1[0], probability: 0.4, key: 99))
  },
  GradientCase("layer norm", [sample("x", [4, 6]), sample("g", [6]), sample("b", [6])]) {
    reduce($0, $0.layerNorm($1[0], gain: $1[1], bias: $1[2]))
  },
  GradientCase("gather rows", [sample("x", [4, 3])]) {
    reduce($0, $0.gatherRows($1[0], [2, 0, 2, 3]))
  },
  GradientCase("pool", [sample("x", [10, 3])]) {
    reduce($0, $0.meanPool($1[0], ranges: RaggedBatch(lengths: lengths).ranges))
  },
  GradientCase("masked pool of overlapping ranges", [sample("x", [10, 3])]) {
    reduce($0, $0.meanPool($1[0], ranges: [0..<4, 2..<9, 1..<2], weights: weights))
  },
]

private let recurrentCases: [GradientCase] = [
  GradientCase("gru, one direction", recurrentInputs(1)) {
    reduce($0, $0.gru($1[0], RaggedBatch(lengths: lengths), recurrentWeights($1)))
  },
  GradientCase("gru, both directions", recurrentInputs(2)) {
    reduce($0, $0.gru($1[0], RaggedBatch(lengths: lengths), recurrentWeights($1)))
  },
]

private func attention(_ name: String, heads: Int, span: Int? = nil) -> GradientCase {
  GradientCase(name, [sample("x", [10, 12])]) {
    reduce($0, $0.attention($1[0], RaggedBatch(lengths: lengths), heads: heads, span: span))
  }
}

private let attentionCases: [GradientCase] = [
  attention("attention, one head", heads: 1),
  attention("attention, two heads", heads: 2),
  attention("attention within a span", heads: 2, span: 1),
  // Longer than a block of keys and of queries, seen in part, and wider than a panel of columns.
  GradientCase("attention over several blocks", [sample("x", [130, 51])]) {
    reduce($0, $0.attention($1[0], RaggedBatch(lengths: [130]), heads: 1, span: 20))
  },
]

private let lossCases: [GradientCase] = [
  GradientCase("squared error", [sample("p", [10, 3]), sample("t", [10, 3])]) {
    $0.meanSquaredError($1[0], $1[1], weights: weights)
  },
  GradientCase("absolute error", [sample("p", [10, 3]), sample("t", [10, 3])]) {
    $0.meanAbsoluteError($1[0], $1[1], weights: weights)
  },
  GradientCase("concordance", [sample("p", [10, 2])]) {
    $0.concordanceLoss($1[0], $0.constant(sample("t", [10, 2])), weights: weights)
  },
  GradientCase("concordance of constant targets", [sample("p", [10, 1])]) {
    $0.concordanceLoss($1[0], $0.constant(Tensor(repeating: 0.5, shape: [10, 1])))
  },
  GradientCase("cross-entropy", [sample("x", [10, 3])]) {
    $0.crossEntropy(
      $1[0], classes: [0, 2, -1, 1, 2, 0, 0, -1, 1, 1], classWeights: [1, 2, 0.5],
      weights: weights)
  },
  GradientCase("binary cross-entropy", [sample("x", [10, 2])]) {
    let target = Tensor(shape: [10, 2], elements: (0..<20).map { [0, 1, 1, 0.25, 0][$0 % 5] })
    return $0.binaryCrossEntropy(
      $1[0], $0.constant(target), positiveWeights: [2, 0.5], weights: weights)
  },
  GradientCase("cosine", [sample("a", [10, 3]), sample("b", [10, 3])]) {
    $0.cosineLoss($1[0], $1[1], weights: weights)
  },
  GradientCase("correlation", latents(12, 3, 3)) { try $0.correlationLoss($1[0], $1[1]) },
  GradientCase("correlation of different widths", latents(12, 2, 4)) {
    try $0.correlationLoss($1[0], $1[1], ridge: 1e-2)
  },
  GradientCase("correlation of weighted rows", latents(10, 3, 3)) {
    try $0.correlationLoss($1[0], $1[1], weights: weights)
  },
  GradientCase("correlation, nearly singular covariance", nearlySingular(), step: 1e-6) {
    try $0.correlationLoss($1[0], $1[1], ridge: 1e-3)
  },
  GradientCase("correlation of equal views", [sample("equal", [12, 3])]) {
    try $0.correlationLoss($1[0], $0.scale($1[0], by: 2))
  },
  GradientCase("correlation, stopped at the strong side", [sample("weak", [12, 3])]) {
    try $0.correlationLoss($1[0], $0.detached($0.constant(sample("s", [12, 3]))))
  },
]

private let allCases = elementCases + recurrentCases + attentionCases + lossCases

@Suite("Operations that join others")
struct JoinedOperationTests {
  @Test("Dense, ReLU and dropout in one give the bytes of the three", arguments: [0, 0.4])
  func denseReLU(probability: Double) throws {
    func run(_ joined: Bool) throws -> [Tensor<Double>] {
      let tape = Tape<Double>(compute: Compute(threadCount: 2))
      let inputs = [sample("x", [700, 5]), sample("w", [40, 5]), sample("b", [40])]
        .map { tape.differentiable($0) }
      let y =
        joined
        ? tape.denseReLU(inputs[0], inputs[1], inputs[2], dropping: probability, key: 7)
        : tape.dropout(
          tape.activation(tape.linear(inputs[0], inputs[1], inputs[2]), .relu),
          probability: probability, key: 7)
      let value = y.tensor
      tape.backward(from: reduce(tape, y))
      return [value] + (try inputs.map { try #require(tape.gradient(of: $0)) })
    }
    #expect(try run(true) == run(false))
  }
}

@Suite("Gradients in double precision against central differences")
struct GradientTests {
  @Test("Gradient", arguments: allCases)
  func gradient(of item: GradientCase) throws {
    let error = try item.worstError()
    #expect(error < 1e-6, "\(item.name): relative error \(error)")
  }

  @Test("Every primitive has a check")
  func coverage() throws {
    let covered = try allCases.reduce(into: Set<Primitive>()) {
      $0.formUnion(try $1.primitives())
    }
    #expect(covered == Set(Primitive.allCases))
  }

  @Test("Uncorrelated views: a bounded gradient at singular values of 0")
  func singularValuesOfZero() throws {
    // Orthogonal columns by construction: the cross-covariance is exactly 0.
    let signs: [[Double]] = [[1, 1, 1, 1, -1, -1, -1, -1], [1, -1, 1, -1, 1, -1, 1, -1]]
    let tape = Tape<Double>(compute: Compute())
    let weak = tape.differentiable(Tensor(shape: [8, 1], elements: signs[0]))
    let strong = tape.differentiable(Tensor(shape: [8, 1], elements: signs[1]))
    let loss = try tape.correlationLoss(weak, strong)
    tape.backward(from: loss)
    #expect(abs(loss.scalar) < 1e-12)
    let gradient = try #require(tape.gradient(of: weak)).elements
    #expect(gradient.allSatisfy { $0.isFinite && abs($0) < 1 })
  }
}
