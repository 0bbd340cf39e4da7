import CMKTFormat
import Tensors

/// `synthetic:mosi`: dialogues of utterances, each with a sentiment and a binary label.
///
/// Text (100) is the strong view; audio (73) and video (100) are weak. The sentiment is
/// `3 squash(q + n)` in [−3, 3], with `q` a function of the shared processes, and the label is
/// `sentiment >= 0`. `sentiment_clean` is `3 squash(q)`.
enum SyntheticMOSI {
  private static let weights = [0.8, 0.5, -0.33]
  private static let persistence = LatentProcesses.Persistence(
    shared: 0.6, noise: 0, nuisance: 0.6)
  /// The shortest dialogue, where `frames` allows.
  private static let shortest = 8

  static func generate(_ settings: SyntheticSettings) -> FeaturesFile {
    var file = SyntheticFile()
    var latentStream = RandomStream(seed: settings.seed, "latents")
    var labelStream = RandomStream(seed: settings.seed, "labels")
    var timeStream = RandomStream(seed: settings.seed, "times")
    var views = [
      SyntheticView("text", featureCount: 100, .strong, settings),
      SyntheticView("audio", featureCount: 73, .weak, settings),
      SyntheticView("video", featureCount: 100, .weak, settings),
    ]
    var sentiment: [Float] = []
    var clean: [Float] = []
    for split in SyntheticFile.splits(settings) {
      let frameCount = length(settings.frames, &timeStream)
      let processes = LatentProcesses(
        frameCount: frameCount, persistence: persistence.shared, &latentStream)
      file.appendSequence(split, frameCount: frameCount)
      appendIntervals(frameCount, &timeStream, to: &file.intervals)
      for frame in 0..<frameCount {
        file.shared.append(contentsOf: processes.shared.map { Float($0[frame]) })
        let quantity = zip(weights, processes.shared).reduce(0) { $0 + $1.0 * $1.1[frame] }
        let noisy = quantity + settings.labelNoise * labelStream.normal()
        sentiment.append(Float(3 * squash(noisy)))
        clean.append(Float(3 * squash(quantity)))
      }
      for index in views.indices {
        views[index].append(processes, from: 0, persistence)
      }
    }
    var features = file.features(views, hopSeconds: nil)
    features.targets["sentiment"] = .generated(sentiment, range: -3...3, features.sequences)
    features.targets["sentiment_clean"] = .generated(clean, range: -3...3, features.sequences)
    features.targets["label"] = label(sentiment, features.sequences)
    return features
  }

  private static func label(_ sentiment: [Float], _ table: SequenceTable) -> Target {
    let numbers = Target.generated(sentiment.map { $0 >= 0 ? 1 : 0 }, range: 0...1, table)
    var label = Target(
      values: numbers.values, valid: numbers.valid, level: .frame, kind: .binary)
    label.names = ["negative", "positive"]
    label.classCount = 2
    label.sourceTarget = "sentiment"
    label.threshold = 0
    return label
  }

  /// Most dialogues are short: the square of a uniform number spans `shortest ... longest`.
  private static func length(_ longest: Int, _ stream: inout RandomStream) -> Int {
    let shortest = min(shortest, longest)
    let part = stream.uniform()
    return shortest + Int(part * part * Double(longest - shortest + 1))
  }

  /// Utterances of 1 to 8 seconds with pauses of up to 2.
  private static func appendIntervals(
    _ count: Int, _ stream: inout RandomStream, to intervals: inout [Double]
  ) {
    var time = 0.0
    for _ in 0..<count {
      let start = time + stream.uniform(0...2)
      time = start + stream.uniform(1...8)
      intervals.append(start)
      intervals.append(time)
    }
  }
}
