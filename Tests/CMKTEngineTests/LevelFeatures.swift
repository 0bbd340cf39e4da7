import CMKTFormat
import Tensors

/// Variants of the synthetic world with rows on segments and sequences.
enum LevelFeatures {
  /// The world of `SyntheticFeatures` with `words`: segments of 2 to 5 frames, a gap of one frame
  /// after every third, none across sequences.
  ///
  /// Modality `spoken` has the mean of `strong` on each word, `overall` on each sequence; target
  /// `tone` is the mean mood of each word.
  static func file(sequenceCount: Int = 24) -> FeaturesFile {
    var file = SyntheticFeatures.file(sequenceCount: sequenceCount)
    let words = segments(of: file.sequences)
    file.segments["words"] = words
    let spans = (0..<words.count).map { words.frameBegin[$0]..<words.frameEnd[$0] }
    let whole = (0..<file.sequences.count).map { file.sequences.frames(of: $0) }
    guard let strong = file.modalities["strong"], let mood = file.targets["mood"] else {
      return file
    }
    for (name, level, rows) in [
      ("spoken", Level.segment("words"), spans), ("overall", .sequence, whole),
    ] {
      file.modalities[name] = Modality(
        values: mean(of: strong.values, over: rows),
        validity: .rows(rows.indices.map { $0 % 11 != 5 }),
        featureNames: strong.featureNames, level: level)
    }
    var tone = Target(
      values: mean(of: mood.values, over: spans), valid: Array(repeating: true, count: spans.count),
      level: .segment("words"), kind: .regression)
    tone.valid[2] = false
    file.targets["tone"] = tone
    return file
  }

  private static func segments(of sequences: SequenceTable) -> SegmentTable {
    var table = SegmentTable(sequence: [], frameBegin: [], frameEnd: [], intervals: nil, ids: [])
    for sequence in 0..<sequences.count {
      let frames = sequences.frames(of: sequence)
      var begin = frames.lowerBound
      while begin < frames.upperBound {
        let end = min(begin + 2 + table.count % 4, frames.upperBound)
        table.sequence.append(sequence)
        table.frameBegin.append(begin)
        table.frameEnd.append(end)
        table.ids.append("w\(table.count - 1)")
        begin = end + (table.count % 3 == 0 ? 1 : 0)
      }
    }
    return table
  }

  private static func mean(of values: Tensor<Float>, over rows: [Range<Int>]) -> Tensor<Float> {
    let width = values.shape[1]
    let elements = rows.flatMap { range in
      (0..<width).map { column in
        range.reduce(0) { $0 + values.elements[$1 * width + column] } / Float(range.count)
      }
    }
    return Tensor(shape: [rows.count, width], elements: elements)
  }
}
