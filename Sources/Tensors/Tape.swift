/// The differentiable operations of the tape; tests prove that each has a gradient check.
package enum Primitive: String, CaseIterable, Sendable {
  case linear, denseReLU, product, add, addDropped, scale, concatenate, activation, dropout,
    layerNorm
  case gatherRows, poolRows, gru, attention
  case squaredError, absoluteError, concordance, crossEntropy, binaryCrossEntropy, cosine
  case correlation
}

/// A matrix `[rows, columns]` on a tape, valid until the tape is reset; a scalar is 1 × 1.
package final class Variable<Scalar: TensorScalar> {
  package let rows: Int
  package let columns: Int
  let storage: Storage<Scalar>
  let needsGradient: Bool
  let generation: Int
  /// Filled by the backward pass; for a parameter, its own gradient from the start.
  var gradientStorage: Storage<Scalar>?
  let isParameter: Bool

  init(
    rows: Int, columns: Int, storage: Storage<Scalar>, needsGradient: Bool, generation: Int,
    gradient: Storage<Scalar>? = nil
  ) {
    self.rows = rows
    self.columns = columns
    self.storage = storage
    self.needsGradient = needsGradient
    self.generation = generation
    gradientStorage = gradient
    isParameter = gradient != nil
  }

  package var count: Int { rows * columns }
  /// A copy, of shape `[rows, columns]`.
  package var tensor: Tensor<Scalar> {
    Tensor(shape: [rows, columns], elements: storage.elements(count))
  }
  /// The value of a 1 × 1 variable.
  package var scalar: Double {
    precondition(count == 1, "a scalar is 1 × 1")
    return Double(storage.elements(1)[0])
  }
}

/// Records operations on matrices and runs them backwards (reverse-mode differentiation).
///
/// Its buffers return to a pool at `reset`, so that steps of equal shapes allocate nothing.
///
///     let tape = Tape<Float>(compute: compute)
///     let loss = tape.squaredError(tape.linear(x, tape.parameter(w), nil), target)
///     tape.backward(from: loss)          // adds to w.gradient
///     tape.reset()
package final class Tape<Scalar: TensorScalar> {
  package let compute: Compute
  /// Whether operations can be run backwards; false saves memory when predicting.
  package let isRecording: Bool
  private var steps: [Step] = []
  private let buffers = StoragePool<Scalar>()
  /// For what is computed in double precision.
  let doubleBuffers = StoragePool<Double>()
  private(set) var generation = 0

  private struct Step {
    let primitive: Primitive
    let output: Variable<Scalar>
    let backward: () -> Void
  }

  package init(compute: Compute, isRecording: Bool = true) {
    self.compute = compute
    self.isRecording = isRecording
  }

  /// The operations since the last reset.
  package var primitives: [Primitive] { steps.map(\.primitive) }

  var level: Int32 { compute.level.code }
  var kernels: Kernels<Scalar> { Scalar.kernels }

  /// Forgets all operations; variables of before are invalid.
  package func reset() {
    steps.removeAll(keepingCapacity: true)
    buffers.reset()
    doubleBuffers.reset()
    generation += 1
  }

  /// A constant.
  ///
  /// - Precondition: the tensor has at most two axes; one axis makes a single row.
  package func constant(_ tensor: Tensor<Scalar>) -> Variable<Scalar> {
    precondition(tensor.shape.count <= 2, "variables are matrices")
    let columns = tensor.shape.last ?? 1
    let rows = tensor.shape.count == 2 ? tensor.shape[0] : 1
    let result = blank(rows: rows, columns: columns)
    result.storage.assign(tensor.elements)
    return result
  }

  /// A constant made of the rows `ranges` of a matrix `[N, D]`, one range after the other.
  package func constant(rows ranges: [Range<Int>], of tensor: Tensor<Scalar>) -> Variable<Scalar> {
    constant(
      rows: ranges.reduce(0) { $0 + $1.count }, columns: tensor.shape[1],
      of: ranges.map { tensor.rows($0) })
  }

  /// A constant made of `pieces`, one after the other.
  ///
  /// - Precondition: they have as many elements as it has.
  package func constant(
    rows: Int, columns: Int, of pieces: [ArraySlice<Scalar>]
  ) -> Variable<Scalar> {
    var starts: [Int] = []
    var count = 0
    for piece in pieces {
      starts.append(count)
      count += piece.count
    }
    precondition(count == rows * columns, "pieces of another size")
    let result = blank(rows: rows, columns: columns)
    compute.split(pieces.count, cost: count * 8) { part, _ in
      for index in part { result.storage.assign(pieces[index], at: starts[index]) }
    }
    return result
  }

  /// A constant that takes part in the gradient check: its gradient can be read.
  package func differentiable(_ tensor: Tensor<Scalar>) -> Variable<Scalar> {
    let value = constant(tensor)
    return Variable(
      rows: value.rows, columns: value.columns, storage: value.storage, needsGradient: true,
      generation: generation)
  }

  /// The variable of a parameter; its gradient adds to the parameter's.
  package func parameter(_ parameter: Parameter<Scalar>) -> Variable<Scalar> {
    Variable(
      rows: parameter.shape.count == 2 ? parameter.shape[0] : 1,
      columns: parameter.shape.last ?? 1, storage: parameter.storage,
      needsGradient: !parameter.isFrozen, generation: generation,
      gradient: parameter.gradientStorage)
  }

  /// The gradient of a variable after `backward`; nil if none reached it.
  package func gradient(of variable: Variable<Scalar>) -> Tensor<Scalar>? {
    variable.gradientStorage.map {
      Tensor(shape: [variable.rows, variable.columns], elements: $0.elements(variable.count))
    }
  }

  /// A variable with the same value through which no gradient flows.
  package func detached(_ variable: Variable<Scalar>) -> Variable<Scalar> {
    Variable(
      rows: variable.rows, columns: variable.columns, storage: variable.storage,
      needsGradient: false, generation: variable.generation)
  }

  /// Adds ∂root/∂p to the gradient of every parameter p that is not frozen; once a step.
  ///
  /// - Precondition: `root` is a scalar of this step.
  package func backward(from root: Variable<Scalar>) {
    precondition(root.count == 1 && root.generation == generation, "a scalar of this step")
    guard root.needsGradient else { return }
    let seed = borrow(1)
    unsafe seed.pointer[0] = 1
    root.gradientStorage = seed
    for step in steps.reversed() {
      guard let gradient = step.output.gradientStorage else { continue }
      step.backward()
      // What follows reads no gradient of this output any more, unless it was passed on.
      if step.output !== root, step.output.gradientStorage != nil { giveBack(gradient) }
      step.output.gradientStorage = nil
    }
    steps.removeAll(keepingCapacity: true)
  }

  // MARK: For the operations

  /// A buffer of this step, not cleared.
  func borrow(_ count: Int) -> Storage<Scalar> { buffers.borrow(count) }

  /// Returns a buffer before the end of the step.
  func giveBack(_ storage: Storage<Scalar>) { buffers.giveBack(storage) }

  /// An uninitialised constant.
  func blank(rows: Int, columns: Int) -> Variable<Scalar> {
    Variable(
      rows: rows, columns: columns, storage: borrow(rows * columns), needsGradient: false,
      generation: generation)
  }

  /// An uninitialised result of an operation on `inputs`.
  func output(rows: Int, columns: Int, of inputs: [Variable<Scalar>]) -> Variable<Scalar> {
    for input in inputs {
      precondition(input.generation == generation, "a variable of a step that is over")
    }
    return Variable(
      rows: rows, columns: columns, storage: borrow(rows * columns),
      needsGradient: isRecording && inputs.contains { $0.needsGradient }, generation: generation)
  }

  /// Notes how to run the operation backwards, if anybody wants its gradient.
  func record(_ primitive: Primitive, _ output: Variable<Scalar>, _ backward: @escaping () -> Void)
  {
    guard output.needsGradient else { return }
    steps.append(Step(primitive: primitive, output: output, backward: backward))
  }

  /// Where to write the gradient of an input: the buffer, and whether to add to what is there.
  func gradientTarget(
    _ input: Variable<Scalar>
  ) -> (storage: Storage<Scalar>, accumulates: Bool)? {
    guard input.needsGradient else { return nil }
    if let storage = input.gradientStorage { return (storage, true) }
    let storage = borrow(input.count)
    input.gradientStorage = storage
    return (storage, false)
  }

  /// Where to add to the gradient of an input; zeros at first.
  func gradientSum(_ input: Variable<Scalar>) -> Storage<Scalar>? {
    guard let target = gradientTarget(input) else { return nil }
    if !target.accumulates { target.storage.clear(input.count) }
    return target.storage
  }

  /// The gradient of an output, within its backward.
  func upstream(_ output: Variable<Scalar>) -> Storage<Scalar> {
    guard let storage = output.gradientStorage else {
      preconditionFailure("the backward of an operation that no gradient reached")
    }
    return storage
  }
}
