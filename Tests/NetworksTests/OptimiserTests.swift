import Foundation
import Networks
import Tensors
import Testing

@Suite("Optimisers")
struct OptimiserTests {
  /// Gradient p − t of a squared error (times 2 / count), step by step as in the papers.
  private func reference(
    _ start: [Double], _ target: [Double], steps: Int, rule: UpdateRule, norm: Double
  ) -> [Double] {
    let (rate, decay) = (0.03, 0.1)
    var w = start
    var m = w.map { _ in 0.0 }
    var v = m
    for step in 1...steps {
      var g = zip(w, target).map { 2 * ($0 - $1) / Double(start.count) }
      let length = g.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > norm { g = g.map { $0 * norm / length } }
      for i in w.indices {
        if case .descent(let momentum) = rule {
          m[i] = momentum * m[i] + g[i] + decay * w[i]
          w[i] -= rate * m[i]
          continue
        }
        let isDecoupled = rule == .adamW()
        let slope = isDecoupled ? g[i] : g[i] + decay * w[i]
        m[i] = 0.9 * m[i] + 0.1 * slope
        v[i] = 0.999 * v[i] + 0.001 * slope * slope
        let first = m[i] / (1 - pow(0.9, Double(step)))
        let second = v[i] / (1 - pow(0.999, Double(step)))
        if isDecoupled { w[i] -= rate * decay * w[i] }
        w[i] -= rate * first / (second.squareRoot() + 1e-8)
      }
    }
    return w
  }

  @Test(
    "Against a scalar reference, with clipping and weight decay",
    arguments: [UpdateRule.adamW(), .adam(), .descent(momentum: 0.8), .descent()], [100.0, 0.05])
  func update(rule: UpdateRule, norm: Double) {
    let start = (0..<21).map { sin(Double($0)) }
    let target = (0..<21).map { cos(3 * Double($0)) }
    let parameter = Parameter<Double>(
      name: "w", value: Tensor(shape: [3, 7], elements: start))
    let optimiser = Optimiser([parameter], rule: rule, learningRate: 0.03, weightDecay: 0.1)
    let tape = Tape<Double>(compute: Compute())
    for _ in 0..<10 {
      let loss = tape.meanSquaredError(
        tape.parameter(parameter), tape.constant(Tensor(shape: [3, 7], elements: target)))
      tape.backward(from: loss)
      optimiser.step(clippingTo: norm, level: .best)
      tape.reset()
    }
    let expected = reference(start, target, steps: 10, rule: rule, norm: norm)
    let worst = zip(parameter.value.elements, expected).map { abs($0 - $1) }.max() ?? 1
    #expect(worst < 1e-12)
  }

  @Test("Weight decay leaves vectors alone", arguments: [UpdateRule.adamW(), .descent()])
  func vectorsDoNotDecay(rule: UpdateRule) {
    let bias = Parameter<Double>(name: "b", value: Tensor(repeating: 2, shape: [3]))
    let weight = Parameter<Double>(name: "w", value: Tensor(repeating: 2, shape: [1, 3]))
    Optimiser([bias, weight], rule: rule, learningRate: 0.1, weightDecay: 0.5).step(level: .best)
    #expect(bias.value.elements == [2, 2, 2])
    #expect(weight.value.elements.allSatisfy { abs($0 - 1.9) < 1e-12 })
  }

  @Test("A frozen parameter stays; a gradient that is not finite updates nothing")
  func exceptions() {
    let frozen = Parameter<Float>(name: "a", value: Tensor(repeating: 1, shape: [2]))
    let free = Parameter<Float>(name: "b", value: Tensor(repeating: 2, shape: [2]))
    frozen.isFrozen = true
    let optimiser = Optimiser([frozen, free], learningRate: 0.1)
    let tape = Tape<Float>(compute: Compute())
    let terms = tape.add(tape.parameter(frozen), tape.parameter(free))
    tape.backward(
      from: tape.meanSquaredError(terms, tape.constant(Tensor(repeating: 0, shape: [2]))))
    optimiser.step(level: .best)
    #expect(frozen.value.elements == [1, 1])
    #expect(free.value.elements != [2, 2])
    let before = free.value
    tape.reset()
    let target = tape.constant(Tensor(repeating: .infinity, shape: [2]))
    tape.backward(from: tape.meanSquaredError(tape.parameter(free), target))
    #expect(!optimiser.step(level: .best).isFinite)
    #expect(free.value == before)
  }

  @Test(
    "Restored from its state, training goes on to the same bytes",
    arguments: [UpdateRule.adamW(), .adam(), .descent(momentum: 0.9)])
  func resume(rule: UpdateRule) throws {
    func steps(_ optimiser: Optimiser<Float>, _ parameter: Parameter<Float>, _ count: Int) {
      let tape = Tape<Float>(compute: Compute())
      for _ in 0..<count {
        let target = tape.constant(Tensor(shape: [1, 3], elements: [1, -2, 3]))
        tape.backward(from: tape.meanSquaredError(tape.parameter(parameter), target))
        optimiser.step(level: .best)
        tape.reset()
      }
    }
    func optimiser(_ parameter: Parameter<Float>) -> Optimiser<Float> {
      Optimiser([parameter], rule: rule, learningRate: 0.1)
    }
    let whole = Parameter<Float>(name: "w", value: Tensor(repeating: 0, shape: [3]))
    steps(optimiser(whole), whole, 7)
    let first = Parameter<Float>(name: "w", value: Tensor(repeating: 0, shape: [3]))
    let interrupted = optimiser(first)
    steps(interrupted, first, 4)
    let second = Parameter<Float>(name: "w", value: first.value)
    let resumed = optimiser(second)
    try resumed.restore(moments: interrupted.moments, stepCount: interrupted.stepCount)
    steps(resumed, second, 3)
    #expect(second.value == whole.value)
    #expect(throws: NetworksFailure.self) { try resumed.restore(moments: [], stepCount: 1) }
  }
}
