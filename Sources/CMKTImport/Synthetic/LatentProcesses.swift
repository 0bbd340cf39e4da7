/// The hidden causes of a synthetic file, frame by frame.
///
/// Shared processes are auto-regressive with variance 1, mutually independent:
///
///     s_k(t) = a s_k(t−1) + √(1−a²) e(t)
///
/// A view with noise σ shows `s_k + σ_k v_k`, where `v_k` is a process of the same kind but less
/// persistent, and σ_k = σ · (1/2, 1, 3/2). No mixing removes this noise, so that the population
/// canonical correlations of two views' latents at equal times are known:
///
///     ρ_k = 1 / √((1 + σ_strong,k²)(1 + σ_weak,k²))
struct LatentProcesses {
  /// `[F, K]`, with `leadFrames` rows more at the start of each sequence.
  private(set) var shared: [[Double]]
  let frameCount: Int

  /// Persistence of the shared processes, of the noise in a view, and of private processes.
  struct Persistence {
    var shared: Double
    var noise: Double
    var nuisance: Double
  }

  /// Relative noise of the latents 0, 1 and 2.
  static let noiseFactors = [0.5, 1.0, 1.5]

  /// Shared processes over `frameCount` frames.
  init(frameCount: Int, persistence: Double, _ stream: inout RandomStream) {
    self.frameCount = frameCount
    shared = (0..<SyntheticSettings.sharedCount).map { _ in
      Self.process(frameCount, persistence, &stream)
    }
  }

  /// One auto-regressive process of variance 1.
  static func process(
    _ frameCount: Int, _ persistence: Double, _ stream: inout RandomStream
  ) -> [Double] {
    let innovation = (1 - persistence * persistence).squareRoot()
    var value = stream.normal()
    return (0..<frameCount).map { _ in
      defer { value = persistence * value + innovation * stream.normal() }
      return value
    }
  }

  /// What a view with noise `noise` shows of the shared processes.
  func view(noise: Double, persistence: Double, _ stream: inout RandomStream) -> [[Double]] {
    zip(shared, Self.noiseFactors).map { process, factor in
      let error = Self.process(frameCount, persistence, &stream)
      return zip(process, error).map { $0 + noise * factor * $1 }
    }
  }

  /// The population canonical correlations between the latents of two views, descending.
  static func canonicalCorrelations(_ first: Double, _ second: Double) -> [Double] {
    noiseFactors.map { factor in
      let a = 1 + first * factor * first * factor
      let b = 1 + second * factor * second * factor
      return 1 / (a * b).squareRoot()
    }
  }
}
