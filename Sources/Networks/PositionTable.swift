import Foundation
import Tensors

/// The sinusoids that tell a transformer where a frame stands.
///
/// Source: Vaswani et al. 2017, arXiv 1706.03762, section 3.5.
///
///     p(t, 2i) = sin(t / 10000^(2i/H))      p(t, 2i + 1) = cos(t / 10000^(2i/H))
///
/// Kept from step to step, and longer whenever a longer sequence comes.
final class PositionTable<Scalar: TensorScalar> {
  private let width: Int
  private var table: Tensor<Scalar>

  init(width: Int) {
    self.width = width
    table = Tensor(repeating: 0, shape: [0, width])
  }

  /// The rows for a batch, `[ΣT, H]`: positions count within the sequence that was cut.
  func callAsFunction(_ batch: RaggedBatch, on tape: Tape<Scalar>) -> Variable<Scalar> {
    let ranges = zip(batch.starts, batch.lengths).map { $0..<$0 + $1 }
    grow(to: ranges.map(\.upperBound).max() ?? 0)
    return tape.constant(rows: ranges, of: table)
  }

  private func grow(to count: Int) {
    let present = table.shape[0]
    guard count > present else { return }
    let rates = (0..<width).map { pow(10000, -Double($0 / 2 * 2) / Double(width)) }
    var elements = table.elements
    elements.reserveCapacity(count * width)
    for position in present..<count {
      for column in 0..<width {
        let angle = Double(position) * rates[column]
        elements.append(Scalar(column % 2 == 0 ? sin(angle) : cos(angle)))
      }
    }
    table = Tensor(shape: [count, width], elements: elements)
  }
}
