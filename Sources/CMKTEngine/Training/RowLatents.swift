import CMKTFormat
import Tensors

/// The latent of every row of a modality in some sequences, each passed whole; zeros elsewhere.
struct RowLatents {
  /// `[n, K]`.
  private(set) var values: Tensor<Float>
  private let axis: RowAxis

  /// The latents of `modality` in the sequences `indices` by the encoder of `path`.
  init(of indices: [Int], by path: NetworkPath, modality: PreparedModality, compute: Compute) {
    axis = modality.axis
    values = Tensor(repeating: 0, shape: [axis.count, path.latentSize])
    let latents = PathPass(path: path, compute: compute)
      .latents(of: modality.inputs, frames: indices.map(axis.rows(of:)))
    for (index, latent) in zip(indices, latents) { replace(latent, of: index) }
  }

  /// Puts `latent`, `[T, K]`, in the place of sequence `index`.
  mutating func replace(_ latent: Tensor<Float>, of index: Int) {
    values.elements.replaceSubrange(elements(of: index), with: latent.elements)
  }

  /// The latents of the rows of `indices`, one sequence after the other.
  func rows(of indices: [Int]) -> Tensor<Float> {
    let width = values.shape[1]
    let elements = indices.flatMap { values.elements[self.elements(of: $0)] }
    return Tensor(shape: [elements.count / width, width], elements: elements)
  }

  private func elements(of index: Int) -> Range<Int> {
    let width = values.shape[1]
    let rows = axis.rows(of: index)
    return (rows.lowerBound * width)..<(rows.upperBound * width)
  }
}
