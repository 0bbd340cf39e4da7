internal import CKernels

/// One direction of one GRU layer in one step, with its buffers.
///
/// `gates` [ΣT, 4H] holds in turn the input projections (first 3H), the gates r, z, n and the
/// candidate's recurrent term, and the gradients of x_r, x_z, x_n and h_n.
@safe final class RecurrentPass<Scalar: TensorScalar> {
  private let steps: RecurrentSteps
  private let tape: Tape<Scalar>
  private let weights: RecurrentWeights<Scalar>
  private let hidden: Int
  private let rows: [Int32]
  private let x: Variable<Scalar>
  private let result: Variable<Scalar>
  private let firstColumn: Int
  private let gates: Storage<Scalar>
  /// h_{t−1} of each frame, `[ΣT, H]`; nil when nobody will run backwards.
  private let previous: Storage<Scalar>?
  /// Packed recurrent weights: for the forward, then for the backward.
  private let packed: Storage<Scalar>
  private let state: Storage<Scalar>
  private let work: Storage<Scalar>

  init(
    tape: Tape<Scalar>, steps: RecurrentSteps, weights: RecurrentWeights<Scalar>, hidden: Int,
    isReversed: Bool, x: Variable<Scalar>, result: Variable<Scalar>, firstColumn: Int
  ) {
    self.tape = tape
    self.steps = steps
    self.weights = weights
    self.hidden = hidden
    self.x = x
    self.result = result
    self.firstColumn = firstColumn
    rows = isReversed ? steps.backwardRows : steps.forwardRows
    gates = tape.borrow(x.rows * 4 * hidden)
    previous = result.needsGradient ? tape.borrow(x.rows * hidden) : nil
    packed = tape.borrow(
      max(ck_packed_count(3 * hidden, hidden), ck_packed_count(hidden, 3 * hidden)))
    state = tape.borrow(steps.sequenceCount * hidden)
    work = tape.borrow(steps.sequenceCount * 3 * hidden)
    state.clear(steps.sequenceCount * hidden)
    unsafe Scalar.kernels.pack(
      tape.level, 1, 3 * hidden, hidden, weights.recurrentWeight.storage.pointer, hidden,
      packed.pointer)
  }

  /// Gives the buffers back to the tape.
  func release() {
    for storage in [gates, packed, state, work] + (previous.map { [$0] } ?? []) {
      tape.giveBack(storage)
    }
  }

  /// `x Wᵀ + b` for all frames at once.
  var inputProduct: Product<Scalar> {
    unsafe Product(
      transposesB: true, rows: x.rows, columns: 3 * hidden, depth: x.columns,
      a: x.storage.pointer, strideA: x.columns, b: weights.inputWeight.storage.pointer,
      strideB: x.columns, bias: UnsafePointer(weights.inputBias.storage.pointer), c: gates.pointer,
      strideC: 4 * hidden)
  }

  /// Runs the sequences of ranks `group` forward in time.
  func forward(_ group: Range<Int>) {
    unsafe withSteps { steps in
      unsafe Scalar.kernels.gruForward(
        tape.level, steps, group.lowerBound, group.upperBound, hidden, packed.pointer,
        weights.recurrentBias.storage.pointer, gates.pointer, previous?.pointer,
        result.storage.pointer + firstColumn, result.columns,
        state.pointer + group.lowerBound * hidden, work.pointer + group.lowerBound * 3 * hidden)
    }
  }

  func prepareBackward() {
    state.clear(steps.sequenceCount * hidden)
    unsafe Scalar.kernels.pack(
      tape.level, 0, hidden, 3 * hidden, weights.recurrentWeight.storage.pointer, hidden,
      packed.pointer)
  }

  /// Runs the sequences of ranks `group` backward in time; dy is the gradient of the result.
  func backward(_ group: Range<Int>, _ dy: Storage<Scalar>) {
    guard let previous else { return }
    unsafe withSteps { steps in
      unsafe Scalar.kernels.gruBackward(
        tape.level, steps, group.lowerBound, group.upperBound, hidden, packed.pointer,
        gates.pointer, previous.pointer, dy.pointer + firstColumn, result.columns,
        state.pointer + group.lowerBound * hidden, work.pointer + group.lowerBound * 3 * hidden)
    }
  }

  /// The gradient of x: the gates' gradients times W.
  func inputGradient(_ dx: Storage<Scalar>, accumulates: Bool) -> Product<Scalar> {
    unsafe Product(
      rows: x.rows, columns: x.columns, depth: 3 * hidden, a: gates.pointer, strideA: 4 * hidden,
      b: weights.inputWeight.storage.pointer, strideB: x.columns, accumulates: accumulates,
      c: dx.pointer, strideC: x.columns)
  }

  /// The gradients of W, of U's rows for r and z, and of its rows for n, as products over frames.
  func weightGradients() -> [Product<Scalar>] {
    var products: [Product<Scalar>] = unsafe []
    if let dw = tape.gradientTarget(weights.inputWeight) {
      unsafe products.append(
        Product(
          transposesA: true, rows: 3 * hidden, columns: x.columns, depth: x.rows,
          a: gates.pointer, strideA: 4 * hidden, b: x.storage.pointer, strideB: x.columns,
          accumulates: dw.accumulates, c: dw.storage.pointer, strideC: x.columns))
    }
    if let du = tape.gradientTarget(weights.recurrentWeight), let previous {
      for (rows, from, to) in [(2 * hidden, 0, 0), (hidden, 3 * hidden, 2 * hidden)] {
        unsafe products.append(
          Product(
            transposesA: true, rows: rows, columns: hidden, depth: x.rows,
            a: gates.pointer + from, strideA: 4 * hidden, b: previous.pointer, strideB: hidden,
            accumulates: du.accumulates, c: du.storage.pointer + to * hidden, strideC: hidden))
      }
    }
    return unsafe products
  }

  /// Adds the gradients of the two biases; they share the sums over the gates r and z.
  func addBiasGradients() {
    let (inputBias, recurrentBias) = (
      tape.gradientSum(weights.inputBias), tape.gradientSum(weights.recurrentBias)
    )
    guard inputBias != nil || recurrentBias != nil else { return }
    let sums = tape.borrow(4 * hidden)
    sums.clear(4 * hidden)
    unsafe tape.addColumnSums(gates.pointer, x.rows, 4 * hidden, sums)
    let kernels = Scalar.kernels
    if let inputBias {
      unsafe kernels.add(
        tape.level, 3 * hidden, inputBias.pointer, sums.pointer, inputBias.pointer)
    }
    if let recurrentBias {
      for (from, to, count) in [(0, 0, 2 * hidden), (3 * hidden, 2 * hidden, hidden)] {
        unsafe kernels.add(
          tape.level, count, recurrentBias.pointer + to, sums.pointer + from,
          recurrentBias.pointer + to)
      }
    }
    tape.giveBack(sums)
  }

  private func withSteps(_ body: (UnsafePointer<ck_steps>) -> Void) {
    unsafe steps.begin.withUnsafeBufferPointer { begin in
      unsafe rows.withUnsafeBufferPointer { rows in
        guard let first = begin.baseAddress, let row = rows.baseAddress, begin.count > 1 else {
          return
        }
        var order = unsafe ck_steps(count: begin.count - 1, begin: first, rows: row)
        unsafe body(&order)
      }
    }
  }
}
