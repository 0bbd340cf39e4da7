import CMKTFormat
import Tensors

/// One synthetic modality: features that mix latents and private processes.
///
///     x_d = offset_d + scale_d · (squash(Σ_k A_dk z_k + g Σ_j B_dj u_j) + 0.2 e)
///
/// with `z` what the view shows of the shared processes, `u` its private ones and `e` white.
struct SyntheticView {
  let name: String
  let featureCount: Int
  let role: Role
  /// Noise of the latents that it shows.
  let noise: Double
  /// Strength of its private processes.
  private let nuisance: Double
  private(set) var values: [Float] = []
  /// What it shows of the shared processes, `[F, K]` row-major.
  private(set) var latents: [Float] = []
  private let sharedMixing: [Double]
  private let privateMixing: [Double]
  private let offsets: [Double]
  private let scales: [Double]
  private var stream: RandomStream

  /// What a view is to the others.
  enum Role {
    /// Few and faint private processes.
    case strong
    /// Many private processes, among which the shared ones are hard to find from labels alone.
    case weak

    /// The number of private processes.
    var privateCount: Int { self == .strong ? 4 : 32 }
  }

  /// The white noise of each feature, in units of the squashed mixture.
  private static let featureNoise = 0.2

  init(_ name: String, featureCount: Int, _ role: Role, _ settings: SyntheticSettings) {
    self.name = name
    self.featureCount = featureCount
    self.role = role
    noise = role == .strong ? settings.strongNoise : settings.weakNoise
    nuisance = role == .strong ? 0.5 : settings.nuisance
    let seed = settings.seed
    var mixing = RandomStream(seed: seed, "\(name)/mixing")
    let sharedScale = 1 / Double(SyntheticSettings.sharedCount).squareRoot()
    let privateScale = 1 / Double(role.privateCount).squareRoot()
    sharedMixing = (0..<(featureCount * SyntheticSettings.sharedCount)).map { _ in
      sharedScale * mixing.normal()
    }
    privateMixing = (0..<(featureCount * role.privateCount)).map { _ in
      privateScale * mixing.normal()
    }
    offsets = (0..<featureCount).map { _ in mixing.uniform(-2...2) }
    scales = (0..<featureCount).map { _ in mixing.uniform(0.5...3) }
    stream = RandomStream(seed: seed, "\(name)/noise")
  }

  /// Appends a sequence: the frames of `processes` from `lead` on.
  mutating func append(
    _ processes: LatentProcesses, from lead: Int, _ persistence: LatentProcesses.Persistence
  ) {
    let shown = processes.view(noise: noise, persistence: persistence.noise, &stream)
    let hidden = (0..<role.privateCount).map { _ in
      LatentProcesses.process(processes.frameCount, persistence.nuisance, &stream)
    }
    for frame in lead..<processes.frameCount {
      let z = shown.map { $0[frame] }
      let u = hidden.map { nuisance * $0[frame] }
      latents.append(contentsOf: z.map { Float($0) })
      for feature in 0..<featureCount {
        var mixture = 0.0
        for k in z.indices { mixture += sharedMixing[feature * z.count + k] * z[k] }
        for j in u.indices { mixture += privateMixing[feature * u.count + j] * u[j] }
        let value = squash(mixture) + Self.featureNoise * stream.normal()
        values.append(Float(offsets[feature] + scales[feature] * value))
      }
    }
  }

  /// The finished modality.
  var modality: Modality {
    let rowCount = values.count / featureCount
    var modality = Modality(
      values: Tensor(shape: [rowCount, featureCount], elements: values),
      validity: .rows([Bool](repeating: true, count: rowCount)),
      featureNames: ColumnNames.numbered(name, count: featureCount), level: .frame)
    modality.extractor = "cmkt-import generator"
    return modality
  }
}
