import CMKTFormat

/// Rows of other modalities at the frames of the reference, and segments.
extension SequenceAssembler {
  /// `block` with one row per frame of `sequence`.
  func aligned(
    _ block: RowBlock, _ track: any Track, to sequence: AssembledSequence,
    _ ledger: inout Ledger
  ) throws(ImportFailure) -> RowBlock {
    throw .wrongValue(option: "--align", expected: "one time axis", found: track.name)
  }

  /// The segments of `sequence` that the rows of member `segmenter` mark.
  func segments(
    of sequence: AssembledSequence, _ labels: TrackRows, _ segmenter: Int, _ ledger: inout Ledger
  ) throws(ImportFailure) -> [AssembledSequence] {
    throw .wrongValue(option: "--sequence", expected: "one time axis", found: "segments")
  }
}
