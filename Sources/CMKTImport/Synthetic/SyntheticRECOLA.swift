import CMKTFormat
import Tensors

/// `synthetic:recola`: long recordings, continuous labels by several raters who lag behind.
///
/// Audio (88) is the strong view, video (168) the weak one. What is rated is a function of the
/// shared processes, `q`; rater *r* gives `squash(q(t − delay) + n_r(t))` and the gold standard
/// is the raters' mean. `<target>_clean` is `squash(q(t))`: no delay, no noise.
enum SyntheticRECOLA {
  /// How each rated quantity weighs the shared processes; unit length.
  private static let weights: [(name: String, weights: [Double])] = [
    ("arousal", [0.8, 0.6, 0]), ("valence", [0, 0.6, -0.8]),
  ]
  private static let persistence = LatentProcesses.Persistence(
    shared: 0.99, noise: 0.9, nuisance: 0.97)
  /// Persistence of a rater's noise.
  private static let raterPersistence = 0.95

  private struct Rated {
    var gold: [Float] = []
    var clean: [Float] = []
    var raters: [Float] = []
  }

  static func generate(_ settings: SyntheticSettings) -> FeaturesFile {
    let lead = Int((settings.delaySeconds / SyntheticSettings.hopSeconds).rounded())
    var file = SyntheticFile()
    var latentStream = RandomStream(seed: settings.seed, "latents")
    var raterStream = RandomStream(seed: settings.seed, "raters")
    var audio = SyntheticView("audio", featureCount: 88, .strong, settings)
    var video = SyntheticView("video", featureCount: 168, .weak, settings)
    var rated = [Rated](repeating: Rated(), count: weights.count)
    for split in SyntheticFile.splits(settings) {
      let processes = LatentProcesses(
        frameCount: lead + settings.frames, persistence: persistence.shared, &latentStream)
      file.appendSequence(split, frameCount: settings.frames)
      for frame in 0..<settings.frames {
        file.intervals.append(Double(frame) * SyntheticSettings.hopSeconds)
        file.intervals.append(Double(frame + 1) * SyntheticSettings.hopSeconds)
        file.shared.append(contentsOf: processes.shared.map { Float($0[lead + frame]) })
      }
      audio.append(processes, from: lead, persistence)
      video.append(processes, from: lead, persistence)
      for (index, quantity) in weights.enumerated() {
        append(quantity.weights, processes, lead, settings, &raterStream, to: &rated[index])
      }
    }
    var features = file.features([audio, video], hopSeconds: SyntheticSettings.hopSeconds)
    for (quantity, rated) in zip(weights, rated) {
      add(quantity.name, rated, lead: lead, settings, to: &features)
    }
    return features
  }

  private static func append(
    _ weights: [Double], _ processes: LatentProcesses, _ lead: Int,
    _ settings: SyntheticSettings, _ stream: inout RandomStream, to rated: inout Rated
  ) {
    let quantity = (0..<processes.frameCount).map { frame in
      zip(weights, processes.shared).reduce(0) { $0 + $1.0 * $1.1[frame] }
    }
    // The mean over R raters has 1/√R of one rater's noise, so each has √R times the dial.
    let noise = settings.labelNoise * Double(settings.raters).squareRoot()
    let errors = (0..<settings.raters).map { _ in
      LatentProcesses.process(settings.frames, raterPersistence, &stream)
    }
    for frame in 0..<settings.frames {
      let ratings = errors.map { Float(squash(quantity[frame] + noise * $0[frame])) }
      rated.raters.append(contentsOf: ratings)
      rated.gold.append(Float(ratings.reduce(0) { $0 + Double($1) } / Double(ratings.count)))
      rated.clean.append(Float(squash(quantity[lead + frame])))
    }
  }

  private static func add(
    _ name: String, _ rated: Rated, lead: Int, _ settings: SyntheticSettings,
    to features: inout FeaturesFile
  ) {
    var gold = Target.generated(rated.gold, range: -1...1, features.sequences)
    gold.delaySeconds = Double(lead) * SyntheticSettings.hopSeconds
    gold.raters = Raters(
      names: (1...settings.raters).map { "rater_\($0)" },
      values: Tensor(
        shape: [rated.gold.count, settings.raters, 1], elements: rated.raters),
      valid: gold.valid.flatMap { [Bool](repeating: $0, count: settings.raters) })
    features.targets[name] = gold
    features.targets[name + "_clean"] = Target.generated(
      rated.clean, range: -1...1, features.sequences)
  }
}
