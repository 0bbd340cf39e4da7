/// The two made-up data sets.
enum SyntheticKind: String, Sendable {
  case mosi = "synthetic:mosi"
  case recola = "synthetic:recola"
}

/// The dials of a synthetic source, as `Formats/import/synthetic.md` describes them.
struct SyntheticSettings: Equatable, Sendable {
  var kind: SyntheticKind
  var seed: Int
  /// Sequences per split.
  var train = 6
  var valid = 9
  var test = 9
  var unlabelled = 0
  /// Frames per recording; for `synthetic:mosi` the most utterances of a dialogue.
  var frames = 1500
  /// Noise in the latents that the strong and the weak views show, in their standard deviations.
  var strongNoise = 0.3
  var weakNoise = 1.0
  /// Strength of the weak views' private processes, in standard deviations of the shared ones.
  var nuisance = 6.0
  /// Noise of the gold standard, in standard deviations of the quantity that is rated.
  var labelNoise = 1.5
  var raters = 6
  /// How long raters lag behind, seconds; `synthetic:recola` only.
  var delaySeconds = 2.0

  /// The shared latent processes, `K`.
  static let sharedCount = 3
  /// Seconds between frames of `synthetic:recola`.
  static let hopSeconds = 0.04

  /// One dial: its name in the source, its limits, and where its value lives.
  private struct Dial: Sendable {
    let name: String
    let limits: ClosedRange<Double>
    var isWhole = false
    let get: @Sendable (SyntheticSettings) -> Double
    let set: @Sendable (inout SyntheticSettings, Double) -> Void
  }

  private static func whole(
    _ name: String, _ limits: ClosedRange<Double>,
    _ get: @escaping @Sendable (SyntheticSettings) -> Int,
    _ set: @escaping @Sendable (inout SyntheticSettings, Int) -> Void
  ) -> Dial {
    Dial(
      name: name, limits: limits, isWhole: true, get: { Double(get($0)) },
      set: { set(&$0, Int($1)) })
  }

  private static let dials: [Dial] = [
    whole("train", 1...10_000, { $0.train }, { $0.train = $1 }),
    whole("valid", 0...10_000, { $0.valid }, { $0.valid = $1 }),
    whole("test", 0...10_000, { $0.test }, { $0.test = $1 }),
    whole("unlabelled", 0...10_000, { $0.unlabelled }, { $0.unlabelled = $1 }),
    whole("frames", 1...100_000, { $0.frames }, { $0.frames = $1 }),
    Dial(name: "strong_noise", limits: 0...100, get: { $0.strongNoise }) { $0.strongNoise = $1 },
    Dial(name: "weak_noise", limits: 0...100, get: { $0.weakNoise }) { $0.weakNoise = $1 },
    Dial(name: "nuisance", limits: 0...100, get: { $0.nuisance }) { $0.nuisance = $1 },
    Dial(name: "label_noise", limits: 0...100, get: { $0.labelNoise }) { $0.labelNoise = $1 },
    whole("raters", 1...100, { $0.raters }, { $0.raters = $1 }),
    Dial(name: "delay", limits: 0...10, get: { $0.delaySeconds }) { $0.delaySeconds = $1 },
  ]

  /// Dials that mean something for `kind`.
  private static func dials(of kind: SyntheticKind) -> [Dial] {
    kind == .recola ? dials : dials.filter { !["raters", "delay"].contains($0.name) }
  }

  /// Names of the presets: where labels are scarce and noisy, and where they are not.
  static let presets = ["scarce", "plenty"]

  /// The defaults of `kind` under `preset`.
  init(kind: SyntheticKind, seed: Int, preset: String = "scarce") {
    self.kind = kind
    self.seed = seed
    if kind == .mosi {
      (train, valid, test, frames) = (62, 0, 31, 63)
      (nuisance, weakNoise, labelNoise) = (5, 0.5, 1)
      (raters, delaySeconds) = (1, 0)
    }
    if preset == "plenty" {
      (labelNoise, nuisance) = (0.2, 1)
      train *= 3
    }
  }

  /// Parses `synthetic:NAME?dial=value&dial=value`; commas serve as well as ampersands.
  ///
  /// - Throws: `ImportFailure.unknownName`, `.wrongValue`.
  init(source: String, kind: SyntheticKind, seed: Int) throws(ImportFailure) {
    let query = source.drop { $0 != "?" }.dropFirst()
    var values: [(name: String, value: String)] = []
    for pair in query.split(whereSeparator: { $0 == "&" || $0 == "," }) {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else {
        throw .wrongValue(option: source, expected: "dial=value", found: String(pair))
      }
      values.append((String(parts[0]), String(parts[1])))
    }
    let preset = values.last { $0.name == "preset" }?.value ?? Self.presets[0]
    guard Self.presets.contains(preset) else {
      throw .unknownName(kind: "preset", name: preset, known: Self.presets)
    }
    self.init(kind: kind, seed: seed, preset: preset)
    let dials = Self.dials(of: kind)
    for (name, text) in values where name != "preset" {
      guard let dial = dials.first(where: { $0.name == name }) else {
        throw .unknownName(
          kind: "dial of \(kind.rawValue)", name: name, known: dials.map(\.name) + ["preset"])
      }
      guard let value = Double(text), dial.limits.contains(value),
        !dial.isWhole || value == value.rounded()
      else {
        throw .wrongValue(
          option: "\(kind.rawValue)?\(name)",
          expected: dial.isWhole
            ? "a whole number from \(Int(dial.limits.lowerBound)) to \(Int(dial.limits.upperBound))"
            : "a number from \(dial.limits.lowerBound) to \(dial.limits.upperBound)",
          found: text)
      }
      dial.set(&self, value)
    }
    let total = (train + valid + test + unlabelled) * frames
    guard total <= 20_000_000 else {
      throw .wrongValue(
        option: source, expected: "at most 20000000 frames in all", found: "\(total)")
    }
  }

  /// The source with every dial and the seed spelled out; equal for equal content.
  var canonicalSource: String {
    let pairs = Self.dials(of: kind).map { dial in
      let value = dial.get(self)
      return "\(dial.name)=" + (dial.isWhole ? String(Int(value)) : "\(value)")
    }
    return "\(kind.rawValue)?" + (pairs + ["seed=\(seed)"]).joined(separator: "&")
  }
}
