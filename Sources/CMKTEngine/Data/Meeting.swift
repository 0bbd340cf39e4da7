import CMKTFormat
package import Tensors

/// Where a weak and a strong modality meet: on the rows of the coarser of their levels.
///
/// The finer one comes there by masked pooling, the mean over its valid rows.
struct Meeting: Sendable {
  /// The level of the meeting.
  let axis: RowAxis
  private let weak: ModalityRows
  private let strong: ModalityRows
  private let weakLink: RowLink
  private let strongLink: RowLink

  init(weak: ModalityRows, strong: ModalityRows, sequenceCount: Int) {
    self.weak = weak
    self.strong = strong
    axis = weak.axis.isFiner(than: strong.axis) ? strong.axis : weak.axis
    weakLink = RowLink(from: weak.axis, to: axis, sequenceCount: sequenceCount)
    strongLink = RowLink(from: strong.axis, to: axis, sequenceCount: sequenceCount)
  }

  init(weak: PreparedModality, strong: PreparedModality, sequenceCount: Int) {
    self.init(weak: weak.rows, strong: strong.rows, sequenceCount: sequenceCount)
  }

  /// The meeting in `batch`.
  func rows(in batch: Batch) -> MeetingRows {
    MeetingRows(
      weak: Side(batch: batch, modality: weak, link: weakLink),
      strong: Side(batch: batch, modality: strong, link: strongLink))
  }

  /// The rows of both latents in `window`, a whole sequence, where both modalities are valid:
  /// `[n, K]` each.
  func pair(
    weak: Tensor<Float>, strong: Tensor<Float>, in window: Window, compute: Compute
  ) -> LatentPair {
    let tape = Tape<Float>(compute: compute, isRecording: false)
    let rows = self.rows(in: Batch([window]))
    let bothValid = rows.bothValid
    let valid = bothValid.indices.filter { bothValid[$0] > 0 }
    let pooled = (
      rows.weakMean(tape.constant(weak), on: tape), rows.strongMean(tape.constant(strong), on: tape)
    )
    return LatentPair(
      weak: tape.gatherRows(pooled.0, valid).tensor,
      strong: tape.gatherRows(pooled.1, valid).tensor)
  }
}

/// Whose rows a modality's are, and which of them have any valid value.
struct ModalityRows: Sendable {
  let axis: RowAxis
  /// `[n]`.
  let valid: [Bool]
}

/// The latents of two modalities, row by row of the level on which they meet: `[n, K]` each.
package struct LatentPair: Sendable {
  package var weak: Tensor<Float>
  package var strong: Tensor<Float>
}

/// One modality in a batch on its way to the meeting.
private struct Side: Sendable {
  let groups: RowGroups
  /// By row of the modality: 1 where it is valid.
  let validity: [Double]
  /// By row of the meeting: 1 where it has a valid row.
  let counted: [Double]

  init(batch: Batch, modality: ModalityRows, link: RowLink) {
    groups = batch.groups(of: link)
    validity = batch.rows(of: modality.axis).rows.map { modality.valid[$0] ? 1 : 0 }
    counted = groups.counted(validity)
  }
}

/// The `M` rows of a meeting in one batch.
struct MeetingRows: Sendable {
  private let weak: Side
  private let strong: Side

  fileprivate init(weak: Side, strong: Side) {
    self.weak = weak
    self.strong = strong
  }

  /// How many rows each window has.
  var layout: RaggedBatch { weak.groups.layout }
  /// Which rows have valid values of both modalities, `[M]`: 1 or 0.
  var bothValid: [Double] { zip(weak.counted, strong.counted).map { $0 * $1 } }
  /// Which rows have valid values of the strong modality, `[M]`: 1 or 0; where the weak one is
  /// pooled, of both, since nothing pools to nothing.
  var strongValid: [Double] { weak.groups.isIdentity ? strong.counted : bothValid }

  /// Rows of the weak modality, such as its latent, at the meeting: `[R, K]` to `[M, K]`.
  func weakMean(_ x: Variable<Float>, on tape: Tape<Float>) -> Variable<Float> {
    weak.groups.mean(of: x, weights: weak.validity, on: tape)
  }

  /// Rows of the strong modality, such as its features or its latent, at the meeting.
  func strongMean(_ x: Variable<Float>, on tape: Tape<Float>) -> Variable<Float> {
    strong.groups.mean(of: x, weights: strong.validity, on: tape)
  }
}

extension RowAxis {
  /// Whether its rows stand for less than those of `other`: frames, segments, sequences; of two
  /// tables of segments, the one with more rows.
  package func isFiner(than other: RowAxis) -> Bool {
    (rank, -count) < (other.rank, -other.count)
  }

  private var rank: Int {
    switch level {
    case .frame: 0
    case .segment, .own: 1
    case .sequence: 2
    }
  }
}
