import Tensors
import Testing

/// Long products and copies are cut into several pieces a thread.
@Suite struct PieceTests {
  @Test(arguments: KernelLevel.allCases.filter(\.isAvailable), [2, 3])
  func piecesChangeNoByte(level: KernelLevel, threads: Int) throws {
    let x = Self.matrix("x", 3001, 96)
    let weight = Self.matrix("w", 90, 96)
    let ranges = [0..<1, 2000..<3001, 1..<2000]
    func run(_ threads: Int) throws -> [Tensor<Float>] {
      let tape = Tape<Float>(compute: Compute(threadCount: threads, level: level))
      let inputs = [
        tape.differentiable(tape.constant(rows: ranges, of: x).tensor), tape.differentiable(weight),
      ]
      let y = tape.linear(inputs[0], inputs[1], nil)
      tape.backward(from: tape.meanSquaredError(y, tape.constant(Self.matrix("y", 3001, 90))))
      return [y.tensor] + (try inputs.map { try #require(tape.gradient(of: $0)) })
    }
    let alone = try run(1)
    let columns = 96
    let expected = ranges.flatMap { range in
      x.elements[range.lowerBound * columns..<range.upperBound * columns]
    }
    let tape = Tape<Float>(compute: Compute(threadCount: threads, level: level))
    #expect(tape.constant(rows: ranges, of: x).tensor.elements == expected)
    #expect(try run(threads) == alone)
  }

  private static func matrix(_ name: String, _ rows: Int, _ columns: Int) -> Tensor<Float> {
    let values = sample(name, [rows, columns])
    return Tensor(shape: values.shape, elements: values.elements.map { Float($0) })
  }
}
