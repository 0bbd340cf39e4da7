import Codecs

/// A modality whose rows stand in tables, and are read entry by entry.
struct TableTrack: Track {
  /// Where some rows of an entry stand.
  struct Part: Sendable {
    let file: Int
    let run: TableSurvey.Run
    let face: Double?
  }

  let name: String
  let role: TrackRole
  let axis: TrackAxis
  let columnNames: [String]
  let files: [TableFile]
  /// For each entry.
  let parts: [[Part]]
  /// How long the only row of a recording lasts, seconds.
  let stepSeconds: Double

  /// A row counts as seen from this confidence on, where no column says so.
  static let leastConfidence = 0.5

  func rows(of entry: Int) throws(ImportFailure) -> TrackRows? {
    var content = Content()
    for part in parts[entry] { try read(part, into: &content) }
    guard !content.values.isEmpty else { return nil }
    var rows = TrackRows(values: content.values)
    if content.valid.contains(false) { rows.validity = .rows(content.valid) }
    if axis == .time {
      // Recordings may differ in their steps.
      let step = RowTimes.step(of: content.times) ?? stepSeconds
      rows.intervals = RowTimes.intervals(
        from: content.times, stepSeconds: step,
        maximumGapSeconds: files[parts[entry][0].file].layout.maximumGapSeconds(step: step))
    }
    return rows
  }

  private struct Content {
    var values: [Float] = []
    var times: [Double] = []
    var valid: [Bool] = []
  }

  private func read(_ part: Part, into content: inout Content) throws(ImportFailure) {
    let file = files[part.file]
    let layout = file.layout
    let guides = [layout.time, layout.face, layout.confidence, layout.success]
    var columns = layout.features
    // Where each guide stands among the numbers of a row; one may be a feature, too.
    let slots = guides.map { guide -> Int? in
      guard let guide else { return nil }
      if let known = columns.firstIndex(of: guide) { return known }
      columns.append(guide)
      return columns.count - 1
    }
    let missing = layout.missingValue.map { Set([$0]) } ?? []
    let sentinel = layout.missingValue.flatMap { DecimalNumber.parse($0) }
    do throws(CodecFailure) {
      var rows = try file.table.rows(numbers: columns, missing: missing, from: part.run.start)
      var left = part.run.count
      while left > 0, try rows.next() {
        left -= 1
        if let face = part.face, let slot = slots[1], rows.numbers[slot] != face { continue }
        for index in layout.features.indices {
          let value = rows.numbers[index]
          content.values.append(value == sentinel ? .nan : Float(value))
        }
        content.valid.append(Self.isSeen(rows.numbers, confidence: slots[2], success: slots[3]))
        guard axis == .time, let slot = slots[0] else { continue }
        let time = rows.numbers[slot] * layout.timeUnitSeconds
        guard time.isFinite, time >= (content.times.last ?? -.infinity) else {
          throw .malformed(
            CodecFinding(
              file.table.container, line: rows.line,
              expected: "a time of \(content.times.last ?? 0) s or later",
              found: "\(time)", remedy: "sort the rows by time"))
        }
        content.times.append(time)
      }
    } catch {
      throw ImportFailure(error, source: file.path)
    }
  }

  /// Whether the extractor found what it looked for.
  private static func isSeen(_ numbers: [Double], confidence: Int?, success: Int?) -> Bool {
    if let success { return numbers[success] > 0 }
    if let confidence { return numbers[confidence] >= leastConfidence }
    return true
  }
}

extension TableLayout {
  /// From which step on there is a gap between rows; nil where there is none.
  func maximumGapSeconds(step: Double) -> Double? {
    maximumGapSeconds ?? (isSteady && step > 0 ? 1.5 * step : nil)
  }
}
