package import CMKTFormat
package import Tensors

/// Predictions as comma-separated text: `id,time,target,prediction`.
///
/// A row for each frame of a target on frames, and for each sequence of one on sequences. `time`
/// is the start of the frame in seconds, or its number within the sequence where the file has no
/// times. `target` is the target's name, with `/column` where it has several columns.
/// `prediction` is a probability for binary and multi-label targets, a class number for classes.
package struct PredictionTable: Sendable {
  /// The text, lines ended by a line feed.
  package private(set) var text = "id,time,target,prediction\n"

  package init() {}

  /// Adds the predictions of one target for the sequences `indices`: `[n, C]` each.
  package mutating func add(
    _ predictions: [Tensor<Float>], head: HeadConfiguration, columnNames: [String],
    indices: [Int], features: FeaturesFile
  ) {
    for (values, index) in zip(predictions, indices) {
      let id = Self.field(features.sequences.ids[index])
      let width = values.shape[1]
      let first = features.sequences.offsets[index]
      for row in 0..<values.shape[0] {
        let time = Self.time(of: first + row, row: row, features: features)
        let cells = values.elements[(row * width)..<((row + 1) * width)]
        if head.kind == .classes {
          let best = cells.indices.max { cells[$0] < cells[$1] } ?? cells.startIndex
          text += "\(id),\(time),\(Self.field(head.target)),\(best - cells.startIndex)\n"
          continue
        }
        for (column, value) in cells.enumerated() {
          let name = width == 1 ? head.target : "\(head.target)/\(columnNames[column])"
          text += "\(id),\(time),\(Self.field(name)),\(value)\n"
        }
      }
    }
  }

  private static func time(of frame: Int, row: Int, features: FeaturesFile) -> String {
    guard let intervals = features.frameIntervals else { return "\(row)" }
    return "\(intervals[2 * frame])"
  }

  /// `text`, quoted where it holds a comma, a quote or a line break.
  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
