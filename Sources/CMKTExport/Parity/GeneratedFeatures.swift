package import CMKTFormat
import Tensors

extension FeaturesFile {
  /// Sequences made up for a check of `model`: ragged, with missing values and outliers.
  ///
  /// Values spread around the training mean as the training data did; equal seeds give equal
  /// files. Only the weak modality is there.
  ///
  /// - Parameter lengths: frames of each sequence; each at least 1.
  package static func generated(
    for architecture: ModelArchitecture, normalisation: Normalisation,
    lengths: [Int] = [1, 2, 7, 19, 40, 64], seed: UInt64 = 1
  ) -> FeaturesFile {
    let contract = architecture.weak
    let width = contract.featureNames.count
    let offsets = lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let frameCount = offsets.last ?? 0
    var noise = GeneratedNoise(state: seed)
    var values: [Float] = []
    var valid: [Bool] = []
    for _ in 0..<frameCount {
      for column in 0..<width {
        let spread = noise.next() < 0.02 ? 10.0 : 1.5
        let deviation = Float(spread * (2 * noise.next() - 1))
        values.append(normalisation.mean[column] + normalisation.scale[column] * deviation)
        valid.append(noise.next() >= 0.05)
      }
    }
    let names = lengths.indices.map { "generated_\($0)" }
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: names, recordings: names, speakers: names.map { _ in "" },
        splits: names.map { _ in .test }, offsets: offsets),
      timeBase: contract.hopSeconds == nil ? .index : .seconds)
    if let hop = contract.hopSeconds {
      file.frameIntervals = lengths.flatMap { length in
        (0..<length).flatMap { [Double($0) * hop, Double($0 + 1) * hop] }
      }
    }
    var modality = Modality(
      values: Tensor(shape: [frameCount, width], elements: values), validity: .elements(valid),
      featureNames: contract.featureNames, level: .frame)
    modality.extractor = contract.extractor
    modality.units = contract.units
    modality.hopSeconds = contract.hopSeconds
    file.modalities[contract.name] = modality
    return file
  }
}

/// SplitMix64, for values that only have to be the same every time.
private struct GeneratedNoise {
  var state: UInt64

  /// Uniform in `0 ..< 1`.
  mutating func next() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    mixed ^= mixed >> 31
    return Double(mixed >> 11) * 0x1p-53
  }
}
