import Tensors
import Testing

/// Random tensors for checks, a function of the name.
func sample(_ name: String, _ shape: [Int], scale: Double = 1) -> Tensor<Double> {
  var random = RandomStream(seed: 7, purpose: name)
  let elements = (0..<shape.reduce(1, *)).map { _ in scale * random.normal() }
  return Tensor(shape: shape, elements: elements)
}

/// One differentiable function of matrices with a scalar value.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let name: String
  let inputs: [Tensor<Double>]
  let step: Double
  let function: @Sendable (Tape<Double>, [Variable<Double>]) throws -> Variable<Double>

  init(
    _ name: String, _ inputs: [Tensor<Double>], step: Double = 1e-5,
    _ function: @escaping @Sendable (Tape<Double>, [Variable<Double>]) throws -> Variable<Double>
  ) {
    self.name = name
    self.inputs = inputs
    self.step = step
    self.function = function
  }

  var testDescription: String { name }

  /// The primitives that the function records.
  func primitives() throws -> [Primitive] {
    let tape = Tape<Double>(compute: Compute())
    _ = try function(tape, inputs.map { tape.differentiable($0) })
    return tape.primitives
  }

  /// The largest difference between the tape's gradient and central differences, relative to the
  /// largest element of the gradient of the same input (or to 1e-3 if that is smaller).
  func worstError(compute: Compute = Compute()) throws -> Double {
    let tape = Tape<Double>(compute: compute)
    let variables = inputs.map { tape.differentiable($0) }
    tape.backward(from: try function(tape, variables))
    let gradients = variables.map { tape.gradient(of: $0)?.elements }
    let probe = Tape<Double>(compute: compute, isRecording: false)
    func value(_ inputs: [Tensor<Double>]) throws -> Double {
      probe.reset()
      return try function(probe, inputs.map { probe.differentiable($0) }).scalar
    }
    var worst = 0.0
    for (index, input) in inputs.enumerated() {
      let gradient = gradients[index] ?? Array(repeating: 0, count: input.elements.count)
      let largest = gradient.reduce(1e-3) { max($0, abs($1)) }
      for element in input.elements.indices {
        var moved = inputs
        moved[index].elements[element] += step
        let up = try value(moved)
        moved[index].elements[element] -= 2 * step
        let down = try value(moved)
        worst = max(worst, abs((up - down) / (2 * step) - gradient[element]) / largest)
      }
    }
    return worst
  }
}
