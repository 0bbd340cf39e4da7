/// What to do with a label that is NaN or infinite.
package enum MissingTargets: String, CaseIterable, Sendable {
  /// It is an error that names the place.
  case refuse
  /// Its row counts as unlabelled.
  case mask
}

/// Which sequences play which part.
package enum SplitPolicy: Equatable, Sendable {
  /// As the source says, or as is usual for the data set.
  case standard
  /// Every sequence belongs to no split.
  case none
  /// As the JSON file at this path says.
  case file(String)
}

/// How a frame of the reference gets rows of another modality.
package enum AlignmentRule: String, CaseIterable, Sendable {
  /// As CMU-MultimodalSDK does: any overlap counts, and counts in full.
  case sdk
  /// Rows count by how long they overlap, and only from a least share on.
  case overlap
  /// Values at the centres of frames, behind a low-pass filter where frames are longer than rows;
  /// labels and segments as with `overlap`.
  case resample
}

/// How the rows that meet one frame become one.
package enum Collapse: String, CaseIterable, Sendable {
  case mean, last, first, max
}

/// How rows of different tracks find each other.
package enum JoinRule: String, CaseIterable, Sendable {
  /// By their intervals.
  case time
  /// By the ids of rows.
  case id
  /// Row *i* with row *i*.
  case index
}

/// What becomes a sequence of the file.
package enum SequenceUnit: String, CaseIterable, Sendable {
  /// One per labelled segment (opinion segment, utterance).
  case segment
  /// One per recording.
  case video
}

/// What becomes of a value that is NaN or infinite; it is marked as not valid in any case.
package enum Imputation: String, CaseIterable, Sendable {
  /// Nothing: it is an error.
  case none
  case zero
  /// The last valid value of the sequence, or 0 where there is none before.
  case forward
}

/// What to do where a modality has no row for a frame, or none for a sequence.
package enum MissingRows: String, CaseIterable, Sendable {
  /// The frame, or the sequence, is left out.
  case drop
  /// Its values are 0 and not valid.
  case mask
}

/// One import: sources and what to make of them.
package struct ImportRequest: Sendable {
  package var sources: [SourceArgument]
  /// The name of the format; nil for detection by content.
  package var format: String?
  package var reading = ReadingOptions()
  package var splitPolicy = SplitPolicy.standard
  /// By modality: the splits of the source that its extractor was fitted on.
  package var fittedOn: [String: [String]] = [:]
  /// The track whose rows are the frames; nil where rows are matched one by one.
  package var reference: String?
  package var rule = AlignmentRule.sdk
  /// Under `overlap`, the least share of a row or of the frame that must overlap.
  package var minimumOverlap = 0.0
  package var join: JoinRule?
  package var sequenceUnit: SequenceUnit?
  package var collapse = PerModality(Collapse.mean)
  /// Seconds from frame to frame after resampling.
  package var hopSeconds = PerModality<Double?>(nil)
  package var imputation = PerModality(Imputation.zero)
  package var missingRows = PerModality(MissingRows.mask)
  /// By how many rows values move against their intervals: row *i* gets the values of *i + N*.
  package var shiftRows = PerModality(0)
  /// Names of text tracks to store as annotations.
  package var annotations: [String] = []
  package var extractor = PerModality<String?>(nil)
  package var units = PerModality<String?>(nil)
  package var anchor = PerModality<String?>(nil)
  /// By target: y(t) describes x(t − delay); recorded, never applied.
  package var labelDelaySeconds = PerModality<Double?>(nil)
  package var licence: String?
  package var redistribution: String?

  /// Whether targets, modalities and splits that the sources lack are passed over, as settings
  /// made for other sources ask for.
  package var skipsUnknownNames = false

  package init(sources: [SourceArgument]) {
    self.sources = sources
  }

  /// One source.
  package init(source: String) {
    self.init(sources: [SourceArgument(source)])
  }

  /// The modalities that some setting names, in byte order.
  var namedModalities: [String] {
    let names =
      Array(collapse.named.keys) + Array(hopSeconds.named.keys) + Array(imputation.named.keys)
      + Array(missingRows.named.keys) + Array(shiftRows.named.keys) + Array(extractor.named.keys)
      + Array(units.named.keys) + Array(anchor.named.keys)
    return Set(names).sorted()
  }
}
