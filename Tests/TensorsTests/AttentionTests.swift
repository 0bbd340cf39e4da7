import Foundation
import Tensors
import Testing

/// Attention as its definition says, one row at a time: x `[T, 3H]` to `[T, H]`.
private func naive(_ x: [Double], length: Int, hidden: Int, heads: Int, span: Int) -> [Double] {
  let width = hidden / heads
  func element(_ row: Int, _ part: Int, _ head: Int, _ column: Int) -> Double {
    x[row * 3 * hidden + part * hidden + head * width + column]
  }
  var result: [Double] = []
  for row in 0..<length {
    let keys = max(0, row - span)..<min(length, row + span + 1)
    for head in 0..<heads {
      let scores = keys.map { key in
        (0..<width).reduce(0.0) { $0 + element(row, 0, head, $1) * element(key, 1, head, $1) }
          / Double(width).squareRoot()
      }
      let largest = scores.max() ?? 0
      let powers = scores.map { exp($0 - largest) }
      let total = powers.reduce(0, +)
      for column in 0..<width {
        result.append(
          zip(keys, powers).reduce(0.0) { $0 + $1.1 / total * element($1.0, 2, head, column) })
      }
    }
  }
  return result
}

private let levels = KernelLevel.allCases.filter(\.isAvailable)

@Suite("Attention, block by block")
struct AttentionTests {
  /// Lengths around the blocks of 64 queries, 128 keys and 512 queries of a task.
  private static let lengths = [1, 63, 0, 64, 129, 300, 700]

  private func run<Scalar: TensorScalar>(
    _ x: Tensor<Scalar>, _ lengths: [Int], heads: Int, span: Int?, _ compute: Compute
  ) -> [Scalar] {
    let tape = Tape<Scalar>(compute: compute)
    return tape.attention(
      tape.constant(x), RaggedBatch(lengths: lengths), heads: heads, span: span
    ).tensor.elements
  }

  @Test("Agrees with the definition", arguments: levels, [nil, 0, 1, 50, 128, 299] as [Int?])
  func definition(level: KernelLevel, span: Int?) {
    check(level: level, span: span, hidden: 15, heads: 3)
    // Wider than a panel of packed columns.
    check(level: level, span: span, hidden: 37, heads: 1)
  }

  private func check(level: KernelLevel, span: Int?, hidden: Int, heads: Int) {
    let batch = RaggedBatch(lengths: Self.lengths)
    let x = sample("attention", [batch.frameCount, 3 * hidden], scale: 2)
    let single = Tensor(shape: x.shape, elements: x.elements.map { Float($0) })
    let compute = Compute(threadCount: 2, level: level)
    let found = run(single, Self.lengths, heads: heads, span: span, compute)
    let precise = run(x, Self.lengths, heads: heads, span: span, compute)
    var expected: [Double] = []
    for range in batch.ranges {
      let rows = Array(x.elements[range.lowerBound * 3 * hidden..<range.upperBound * 3 * hidden])
      expected += naive(
        rows, length: range.count, hidden: hidden, heads: heads, span: span ?? range.count)
    }
    #expect(zip(precise, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 2e-5 })
  }

  @Test("A span that reaches everything changes nothing, to the last bit")
  func wholeSpan() {
    let x = sample("attention", [700, 48])
    let all = run(x, [700], heads: 2, span: nil, Compute())
    #expect(all == run(x, [700], heads: 2, span: 699, Compute()))
    #expect(all == run(x, [700], heads: 2, span: Int.max, Compute()))
    #expect(all != run(x, [700], heads: 2, span: 698, Compute()))
  }

  @Test("The same bytes for any number of threads, backwards too", arguments: [2, 3, 8])
  func threads(count: Int) throws {
    let batch = RaggedBatch(lengths: Self.lengths)
    let x = sample("attention", [batch.frameCount, 48])
    func gradient(_ threads: Int) throws -> [Double] {
      let tape = Tape<Double>(compute: Compute(threadCount: threads))
      let input = tape.differentiable(x)
      let y = tape.attention(input, batch, heads: 4, span: 90)
      tape.backward(from: tape.meanSquaredError(y, tape.constant(sample("y", [y.rows, 16]))))
      return y.tensor.elements + (try #require(tape.gradient(of: input))).elements
    }
    #expect(try gradient(1) == gradient(count))
  }

  @Test("Scores far apart neither overflow nor give NaN")
  func largeScores() {
    var x = sample("attention", [200, 12], scale: 300)
    let values = run(x, [200], heads: 1, span: nil, Compute())
    #expect(values.allSatisfy { $0.isFinite })
    x.elements[5] = .nan
    #expect(run(x, [200], heads: 1, span: nil, Compute()).contains { $0.isNaN })
  }
}
