internal import CKernels

/// One attention in one step, with what its backward needs.
@safe final class AttentionPass<Scalar: TensorScalar> {
  /// One head over queries of one sequence.
  private struct Part {
    let sequence: Int
    let head: Int
    let queries: Range<Int>
  }

  /// Queries of one task, a constant so that the bytes do not depend on the threads.
  ///
  /// Packing the keys is then a few hundredths of the work.
  private static var chunk: Int { 512 }

  private let tape: Tape<Scalar>
  private let batch: RaggedBatch
  private let heads: Int
  private let span: Int
  private let x: Variable<Scalar>
  private let result: Variable<Scalar>
  /// For each head and row the largest exponent and the inverse of the sum, `[heads, ΣT, 2]`.
  private let state: Storage<Scalar>

  init(
    tape: Tape<Scalar>, batch: RaggedBatch, heads: Int, span: Int?, x: Variable<Scalar>,
    result: Variable<Scalar>
  ) {
    self.tape = tape
    self.batch = batch
    self.heads = heads
    // Beyond the longest sequence a span means nothing, and must not overflow.
    self.span = min(span ?? Int.max, batch.lengths.max() ?? 0)
    self.x = x
    self.result = result
    state = tape.borrow(heads * x.rows * 2)
  }

  /// Gives the buffers back to the tape.
  func release() { tape.giveBack(state) }

  private var hidden: Int { result.columns }
  private var width: Int { hidden / heads }
  private var factor: Scalar { 1 / Scalar(width).squareRoot() }

  func forward() {
    unsafe run(parts(chunk: Self.chunk)) { part, shape, scratch in
      let (q, y) = unsafe (input(x.storage, part), output(result.storage, part))
      unsafe Scalar.kernels.attentionForward(
        tape.level, shape, factor, q, q + hidden, q + 2 * hidden, y, state(part), scratch)
    }
  }

  /// Writes dx, `[ΣT, 3H]`, or adds to it; a head of a sequence is one task, for its keys' gradients are sums
  /// over all of its queries.
  func backward(dy: Storage<Scalar>, dx: Storage<Scalar>, accumulates: Bool) {
    unsafe run(parts(chunk: Int.max)) { part, shape, scratch in
      let (q, dq) = unsafe (input(x.storage, part), input(dx, part))
      unsafe Scalar.kernels.attentionBackward(
        tape.level, shape, factor, q, q + hidden, q + 2 * hidden, output(result.storage, part),
        output(dy, part), state(part), accumulates ? 1 : 0, dq, dq + hidden, dq + 2 * hidden,
        scratch)
    }
  }

  private func parts(chunk: Int) -> [Part] {
    batch.lengths.indices.flatMap { sequence in
      let length = batch.lengths[sequence]
      return stride(from: 0, to: length, by: chunk).flatMap { low in
        (0..<heads).map { head in
          Part(
            sequence: sequence, head: head, queries: low..<low + min(chunk, length - low))
        }
      }
    }
  }

  /// Runs `body` for all parts on all threads; neighbours share a task where there are very many.
  private func run(
    _ parts: [Part],
    _ body: (Part, UnsafePointer<ck_attention>, UnsafeMutablePointer<Scalar>) -> Void
  ) {
    let room = ck_attention_scratch(batch.lengths.max() ?? 0, width)
    let scratch = tape.borrow(tape.compute.threadCount * room)
    let tasks = min(parts.count, 4096)
    tape.compute.forEach(tasks) { task, worker in
      for index in (task * parts.count / tasks)..<((task + 1) * parts.count / tasks) {
        let part = parts[index]
        var shape = ck_attention(
          t: batch.lengths[part.sequence], low: part.queries.lowerBound,
          high: part.queries.upperBound, span: span, d: width, ldx: x.columns, ldy: hidden)
        unsafe body(part, &shape, scratch.pointer + worker * room)
      }
    }
    tape.giveBack(scratch)
  }

  /// The head's columns of the sequence's first row, in a matrix `[ΣT, 3H]`.
  private func input(_ storage: Storage<Scalar>, _ part: Part) -> UnsafeMutablePointer<Scalar> {
    unsafe storage.pointer + batch.offsets[part.sequence] * x.columns + part.head * width
  }

  /// The same in a matrix `[ΣT, H]`.
  private func output(_ storage: Storage<Scalar>, _ part: Part) -> UnsafeMutablePointer<Scalar> {
    unsafe storage.pointer + batch.offsets[part.sequence] * hidden + part.head * width
  }

  private func state(_ part: Part) -> UnsafeMutablePointer<Scalar> {
    unsafe state.pointer + (part.head * x.rows + batch.offsets[part.sequence]) * 2
  }
}
