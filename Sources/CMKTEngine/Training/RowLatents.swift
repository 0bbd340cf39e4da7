import CMKTFormat
import Codecs
import Tensors

/// The latent of every row of a modality in some sequences, each passed whole; zeros elsewhere.
struct RowLatents {
  /// `[n, K]`.
  private(set) var values: Tensor<Float>
  private let axis: RowAxis

  /// The latents of `modality` in the sequences `indices` by the encoder of `path`.
  ///
  /// - Throws: `unreadable`, where inputs are not in memory.
  init(
    of indices: [Int], by path: NetworkPath, modality: PreparedModality, compute: Compute
  ) throws(EngineFailure) {
    axis = modality.axis
    values = Tensor(repeating: 0, shape: [axis.count, path.latentSize])
    let latents = try PathPass(path: path, compute: compute)
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

extension InputRows {
  /// The latents of `modality` in the sequences `indices` by the encoder of `path`, kept outside
  /// memory; zeros elsewhere.
  ///
  /// - Throws: `unreadable` and `scratch`.
  init(
    latentsOf indices: [Int], by path: NetworkPath, modality: PreparedModality, compute: Compute
  ) throws(EngineFailure) {
    let axis = modality.axis
    let array = ScratchArray<Float>()
    let indices = indices.sorted()
    let width = path.latentSize
    let rows = indices.map(axis.rows(of:))
    let pass = PathPass(path: path, compute: compute)
    for share in PathPass.shares(of: rows) {
      let latents = try pass.latents(of: modality.inputs, frames: Array(rows[share]))
      do throws(ScratchFailure) {
        for (range, latent) in zip(rows[share], latents) {
          try array.append(repeating: 0, count: range.lowerBound * width - array.count)
          try array.append(latent.elements)
        }
      } catch {
        throw .scratch(error)
      }
    }
    do throws(ScratchFailure) {
      try array.append(repeating: 0, count: axis.count * width - array.count)
    } catch {
      throw .scratch(error)
    }
    self.init(array, columnCount: width)
  }
}
