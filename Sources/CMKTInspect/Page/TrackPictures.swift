import CMKTEngine
import CMKTFormat
import Tensors

/// Targets on frames over time: gold, what the network gives, and what the fitted steps make of it.
struct TrackPictures {
  let label: String
  let model: ModelFile
  let work: ModelAtWork

  /// As many sequences are shown.
  private static let sequenceLimit = 3
  /// As many points are drawn of a line; means of neighbours where there are more.
  private static let pointLimit = 300

  /// One picture for each sequence that is shown, of each column of `target`; none where the target
  /// does not stand on frames or is no number.
  func pictures(of target: String) -> [Picture] {
    let file = work.features.file
    guard let truth = file.targets[target], truth.level == .frame,
      truth.kind == .regression || truth.kind == .binary
    else { return [] }
    return (0..<min(2, truth.columnCount)).flatMap { column -> [Picture] in
      let tracks = work.evaluation.sequences.indices.compactMap {
        Track(place: $0, target: target, column: column, truth: truth, work: work)
      }
      let chosen = Self.chosen(tracks)
      let y = PlotAxis(
        truth.columnCount > 1 && truth.names.count == truth.columnCount
          ? "\(target)/\(truth.names[column])" : target, unit: PlotAxis.noUnit,
        covering: chosen.flatMap { track in
          track.track.gold.compactMap { $0 } + track.track.plain + track.track.final
        })
      return chosen.map { picture($0.track, of: truth, rank: $0.rank, y: y, column: column) }
    }
  }

  /// The least, the middle and the most like gold, so that no sequence is picked for its looks.
  private static func chosen(_ tracks: [Track]) -> [(rank: String, track: Track)] {
    let ranked = tracks.enumerated().filter { $0.element.agreement.isFinite }.sorted {
      $0.element.agreement == $1.element.agreement
        ? $0.offset < $1.offset : $0.element.agreement < $1.element.agreement
    }.map(\.element)
    guard ranked.count >= sequenceLimit else { return ranked.map { ("one of the few", $0) } }
    return [
      ("the least like gold", ranked[0]), ("the middle one", ranked[ranked.count / 2]),
      ("the most like gold", ranked[ranked.count - 1]),
    ]
  }

  private func picture(
    _ track: Track, of truth: Target, rank: String, y: PlotAxis, column: Int
  ) -> Picture {
    let hasTimes = work.features.file.timeBase == .seconds
    let x = PlotAxis(
      hasTimes ? "time" : "place in the sequence", unit: hasTimes ? "s" : "frames",
      covering: track.times, room: 0)
    let steps = (model.postprocessing[track.target] ?? []).filter {
      ($0.column ?? column) == column
    }
    // Classes do not pass through what is between them, unless points are means.
    let isStepped = truth.kind == .binary && track.times.count <= Self.pointLimit
    var lines = [
      LineChart.Series(
        name: "gold", points: points(track.times, track.gold.map { $0 ?? .nan }), style: nil,
        isStepped: isStepped)
    ]
    lines.append(
      LineChart.Series(
        name: steps.isEmpty ? "prediction" : "network", points: points(track.times, track.plain),
        style: 0, isThin: !steps.isEmpty))
    if let first = steps.first, steps.count > 1 {
      lines.append(
        LineChart.Series(
          name: "after \(first.kind)", points: points(track.times, first.applied(to: track.plain)),
          style: 2, isThin: true))
    }
    if !steps.isEmpty {
      lines.append(
        LineChart.Series(
          name: "after all steps", points: points(track.times, track.final), style: 1))
    }
    var notes: [String] = []
    if track.times.count > Self.pointLimit {
      notes.append(
        "Each point is the mean of up to"
          + " \((track.times.count + Self.pointLimit - 1) / Self.pointLimit) frames.")
    }
    if !steps.isEmpty { notes.append("Steps: " + steps.map(Self.words).joined(separator: "; ")) }
    return LineChart(x: x, y: y, series: lines, plotHeight: 150).picture(
      "track-\(label)-\(y.title)-\(track.id)", "\(label): \(y.title), sequence \(track.id)",
      summary: "Gold and predicted \(y.title) over time in one sequence; by CCC,"
        + " \(Ticks.signed(Wording.fixed(track.agreement, 3))), \(rank) of the split.",
      notes: notes)
  }

  private static func words(_ step: PostprocessingStep) -> String {
    switch step.kind {
    case "median": "median over \(step.frames) frames"
    case "shift": "shift by \(step.frames) frames"
    case "centre": "centre by \(Wording.number(step.value))"
    default: "\(step.kind) by \(Wording.number(step.value))"
    }
  }

  /// At most `pointLimit` points, each the mean of its share.
  private func points(_ times: [Double], _ values: [Double]) -> [(x: Double, y: Double)] {
    let count = min(times.count, values.count)
    guard count > Self.pointLimit else { return zip(times, values).map { ($0, $1) } }
    return (0..<Self.pointLimit).map { bin in
      let share = (bin * count / Self.pointLimit)..<((bin + 1) * count / Self.pointLimit)
      let finite = values[share].filter(\.isFinite)
      let mean = finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
      return (times[share].reduce(0, +) / Double(share.count), mean)
    }
  }
}

/// One sequence of a target: gold and predictions, frame by frame.
private struct Track {
  let id: String
  let target: String
  let times: [Double]
  /// Nil where not valid.
  let gold: [Double?]
  let plain: [Double]
  let final: [Double]
  /// The concordance of the prediction with gold; not finite where it is not defined.
  let agreement: Double

  /// Nil where the sequence has fewer than two frames.
  init?(place: Int, target: String, column: Int, truth: Target, work: ModelAtWork) {
    let file = work.features.file
    let sequence = work.evaluation.sequences[place]
    let frames = file.sequences.frames(of: sequence)
    guard frames.count > 1, let final = work.evaluation.predictions[target]?[place],
      let plain = work.plain[target]?[place], final.shape == [frames.count, truth.columnCount],
      plain.shape == final.shape
    else { return nil }
    func series(_ tensor: Tensor<Float>) -> [Double] {
      (0..<frames.count).map { Double(tensor.elements[$0 * truth.columnCount + column]) }
    }
    self.target = target
    id = file.sequences.ids[sequence]
    let intervals = file.frameIntervals
    times = frames.map { intervals?[2 * $0] ?? Double($0 - frames.lowerBound) }
    gold = frames.map { frame in
      truth.valid[frame]
        ? Double(truth.values.elements[frame * truth.columnCount + column]) : nil
    }
    self.plain = series(plain)
    self.final = series(final)
    agreement = Self.concordance(self.gold, self.final)
  }

  /// Lin's coefficient over the frames with gold: 2 s_xy / (s_x² + s_y² + (x̄ − ȳ)²).
  private static func concordance(_ gold: [Double?], _ predicted: [Double]) -> Double {
    let pairs = zip(gold, predicted).compactMap { truth, guess in truth.map { ($0, guess) } }
    guard pairs.count > 1 else { return .nan }
    let count = Double(pairs.count)
    let first = pairs.reduce(0) { $0 + $1.0 } / count
    let second = pairs.reduce(0) { $0 + $1.1 } / count
    var (products, squares) = (0.0, 0.0)
    for (truth, guess) in pairs {
      products += (truth - first) * (guess - second)
      squares += (truth - first) * (truth - first) + (guess - second) * (guess - second)
    }
    let whole = squares / count + (first - second) * (first - second)
    return whole > 0 ? 2 * products / count / whole : .nan
  }
}
