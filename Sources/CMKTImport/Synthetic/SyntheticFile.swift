import CMKTFormat
import Tensors

/// A synthetic features file under construction: what both generators share.
struct SyntheticFile {
  private(set) var table = SequenceTable(
    ids: [], recordings: [], speakers: [], splits: [], offsets: [0])
  var intervals: [Double] = []
  /// The shared processes, `[F, K]` row-major.
  var shared: [Float] = []

  /// The name of the modality that holds the true latents.
  static let truthName = "latent_truth"

  /// The splits of all sequences, in file order.
  static func splits(_ settings: SyntheticSettings) -> [Split] {
    [
      (Split.train, settings.train), (.valid, settings.valid), (.test, settings.test),
      (.unlabelled, settings.unlabelled),
    ].flatMap { [Split](repeating: $0.0, count: $0.1) }
  }

  /// Appends a sequence of `frameCount` frames, numbered within its split.
  mutating func appendSequence(_ split: Split, frameCount: Int) {
    let number = table.splits.count { $0 == split } + 1
    let id = "\(split.rawValue)_\(number)"
    table.ids.append(id)
    table.recordings.append(id)
    table.speakers.append("speaker_\(table.count)")
    table.splits.append(split)
    table.offsets.append(table.frameCount + frameCount)
  }

  /// The file with `views` as modalities, and the latents behind them as one more.
  ///
  /// `latent_truth` has the columns `shared_k`, then `<view>_k` for every view: what that view
  /// shows of `shared_k`. The population canonical correlations stand in its `extractor` text.
  func features(_ views: [SyntheticView], hopSeconds: Double?) -> FeaturesFile {
    var features = FeaturesFile(
      sequences: table, timeBase: .seconds, frameIntervals: intervals)
    for view in views {
      features.modalities[view.name] = view.modality
      features.modalities[view.name]?.hopSeconds = hopSeconds
    }
    let width = SyntheticSettings.sharedCount
    let sources = [("shared", shared)] + views.map { ($0.name, $0.latents) }
    var values: [Float] = []
    values.reserveCapacity(table.frameCount * width * sources.count)
    for frame in 0..<table.frameCount {
      for (_, latents) in sources {
        values.append(contentsOf: latents[(frame * width)..<((frame + 1) * width)])
      }
    }
    var truth = Modality(
      values: Tensor(shape: [table.frameCount, width * sources.count], elements: values),
      validity: .rows([Bool](repeating: true, count: table.frameCount)),
      featureNames: sources.flatMap { name, _ in (0..<width).map { "\(name)_\($0)" } },
      level: .frame)
    truth.hopSeconds = hopSeconds
    truth.extractor = "true latents; canonical correlations " + Self.correlations(views)
    features.modalities[Self.truthName] = truth
    return features
  }

  /// `audio-video 0.93 0.70 0.45` for every pair of views.
  private static func correlations(_ views: [SyntheticView]) -> String {
    var parts: [String] = []
    for (index, first) in views.enumerated() {
      for second in views[(index + 1)...] {
        let values = LatentProcesses.canonicalCorrelations(first.noise, second.noise).map {
          String(($0 * 10_000).rounded() / 10_000)
        }
        parts.append("\(first.name)-\(second.name) " + values.joined(separator: " "))
      }
    }
    return parts.joined(separator: ", ")
  }
}

extension SyntheticSettings {
  /// The features file that these settings stand for; equal settings give equal bytes.
  func generate() -> FeaturesFile {
    kind == .mosi ? SyntheticMOSI.generate(self) : SyntheticRECOLA.generate(self)
  }
}

extension Target {
  /// A numeric target on frames with one column; rows of `unlabelled` sequences are not valid.
  static func generated(
    _ values: [Float], range: ClosedRange<Double>, _ table: SequenceTable
  ) -> Target {
    let valid = (0..<table.count).flatMap { sequence in
      [Bool](
        repeating: table.splits[sequence] != .unlabelled, count: table.frames(of: sequence).count)
    }
    var target = Target(
      values: Tensor(shape: [values.count, 1], elements: values), valid: valid, level: .frame,
      kind: .regression)
    target.range = range
    return target
  }
}
