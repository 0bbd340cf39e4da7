import CMKTFormat
import Tensors

/// Where a weak and a strong modality meet: on the rows of the coarser of their levels.
///
/// The finer one comes there by masked pooling, the mean over its valid rows.
struct Meeting: Sendable {
  let weak: PreparedModality
  let strong: PreparedModality
  /// The level of the meeting.
  let axis: RowAxis
  private let weakLink: RowLink
  private let strongLink: RowLink

  init(weak: PreparedModality, strong: PreparedModality, sequenceCount: Int) {
    self.weak = weak
    self.strong = strong
    axis = weak.axis.isFiner(than: strong.axis) ? strong.axis : weak.axis
    weakLink = RowLink(from: weak.axis, to: axis, sequenceCount: sequenceCount)
    strongLink = RowLink(from: strong.axis, to: axis, sequenceCount: sequenceCount)
  }

  /// The meeting in `batch`.
  func rows(in batch: Batch) -> MeetingRows {
    MeetingRows(
      weak: Side(batch: batch, modality: weak, link: weakLink),
      strong: Side(batch: batch, modality: strong, link: strongLink))
  }
}

/// One modality in a batch on its way to the meeting.
private struct Side: Sendable {
  let groups: RowGroups
  /// By row of the modality: 1 where it is valid.
  let validity: [Double]
  /// By row of the meeting: 1 where it has a valid row.
  let counted: [Double]

  init(batch: Batch, modality: PreparedModality, link: RowLink) {
    groups = batch.groups(of: link)
    validity = batch.rows(of: modality.axis).validity(in: modality)
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
  /// Which rows have valid values of the strong modality, `[M]`: 1 or 0.
  var strongValid: [Double] { strong.counted }

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
  func isFiner(than other: RowAxis) -> Bool {
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
