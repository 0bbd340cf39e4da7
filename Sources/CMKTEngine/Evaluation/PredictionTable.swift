package import CMKTFormat
package import Tensors

/// Predictions as comma-separated text: `id,time,target,prediction`.
///
/// A row for each frame, segment or sequence, as the target's level is. `time` is its start in
/// seconds, or its number within the sequence where the file has no times. `target` is the target's name, with `/column` where it has several columns.
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
      let starts = features.startTexts(of: Level(head.level) ?? .frame, sequence: index)
      for (row, time) in zip(0..<values.shape[0], starts) {
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

  /// `text`, quoted where it holds a comma, a quote or a line break.
  private static func field(_ text: String) -> String {
    guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension FeaturesFile {
  /// When each row of `level` in sequence `index` starts: seconds, or its number within the
  /// sequence.
  fileprivate func startTexts(of level: Level, sequence index: Int) -> [String] {
    guard let axis = try? rowAxis(of: level, at: "") else { return [] }
    let rows = axis.rows(of: index)
    var seconds: (Int) -> Double? = { [frameIntervals] row in
      let frame = axis.frames(of: row).lowerBound
      return frameIntervals.flatMap { 2 * frame < $0.count ? $0[2 * frame] : nil }
    }
    if case .segment(let name) = level, let intervals = segments[name]?.intervals {
      seconds = { intervals[2 * $0] }
    }
    return rows.map { row in seconds(row).map { "\($0)" } ?? "\(row - rows.lowerBound)" }
  }
}
