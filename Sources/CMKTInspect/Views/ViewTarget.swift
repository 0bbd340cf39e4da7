import CMKTEngine
import CMKTFormat
package import Tensors

/// The values of one target beside the rows of two views.
package struct ViewTarget: Sendable {
  package let name: String
  package let isContinuous: Bool
  /// The columns of a continuous or multi-label target.
  package let columnNames: [String]
  /// The classes of a binary or class target; values are their numbers.
  package let classNames: [String]
  /// `[n, C]`; NaN where there is no valid label.
  package let values: Matrix
}

extension ViewSource {
  /// The values of target `name` beside `rows`, for colours and probes.
  ///
  /// A target that lags by a delay is moved back: row t gets y(t + d). Over several rows it is the
  /// mean; of class numbers the most frequent one, the lower of equals.
  ///
  /// - Parameter delaySeconds: nil for that of the file.
  /// - Throws: `engine` for a target that the file does not have or whose values are not sound.
  package func target(
    _ name: String, beside rows: ViewRows, delaySeconds: Double? = nil
  ) throws(InspectFailure) -> ViewTarget {
    try engineering { () throws(EngineFailure) in
      let target = try features.usableTarget(named: name)
      let axis = try features.rowAxis(of: target.level, at: "/targets/\(name)")
      let delay = try delayFrames(
        of: target, named: name, seconds: delaySeconds ?? target.delaySeconds)
      let link = RowLink(
        from: axis, to: rows.axis, sequenceCount: features.sequences.count)
      var elements: [Double] = []
      for row in 0..<rows.rowCount {
        let end = axis.rows(of: rows.sequences[row]).upperBound
        let sources = rows.members(of: row).flatMap { link.members(of: $0) }
          .map { $0 + delay }.filter { $0 < end && target.valid[$0] }
        elements += target.summary(of: sources)
      }
      return ViewTarget(
        name: name, isContinuous: target.kind == .regression,
        columnNames: target.kind == .binary || target.kind == .classes ? [] : target.names,
        classNames: target.kind == .binary || target.kind == .classes ? target.names : [],
        values: Matrix(
          rows: rows.rowCount, columns: target.columnCount, elements: elements))
    }
  }

  /// How many frames a target on frames lags behind.
  private func delayFrames(
    of target: Target, named name: String, seconds: Double
  ) throws(EngineFailure) -> Int {
    let modalities = features.modalities.sorted { $0.key < $1.key }.map(\.value)
    let timed = modalities.first { $0.level == .frame && $0.hopSeconds != nil }
    guard target.level == .frame, let modality = timed ?? modalities.first else { return 0 }
    return try features.delayFrames(
      seconds: seconds, target: name, modality: modality)
  }
}

extension Target {
  /// The mean of each column over the rows `rows`.
  ///
  /// Of class numbers the most frequent one, the lower of equals; NaN over none. `[C]`.
  func summary(of rows: [Int]) -> [Double] {
    let width = columnCount
    guard !rows.isEmpty else { return Array(repeating: .nan, count: width) }
    return (0..<width).map { column in
      let numbers = rows.map { Double(values.elements[$0 * width + column]) }
      guard kind == .classes, numbers.count > 1 else {
        return numbers.reduce(0, +) / Double(numbers.count)
      }
      let counts = Dictionary(grouping: numbers) { $0 }.mapValues(\.count)
      return counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }?.key ?? .nan
    }
  }
}
