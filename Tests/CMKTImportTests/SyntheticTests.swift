import CMKTFormat
import CMKTImport
import Tensors
import TestSupport
import Testing

@Suite struct SyntheticTests {
  private func make(_ source: String, seed: Int = 1) throws -> FeaturesFile {
    var request = ImportRequest(source: source)
    request.reading.seed = seed
    return try imported(request)
  }

  /// Pearson's correlation of two columns.
  private func correlation(_ first: [Float], _ second: [Float]) -> Double {
    let count = Double(first.count)
    let x = first.map(Double.init)
    let y = second.map(Double.init)
    let (mx, my) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    var (xy, xx, yy) = (0.0, 0.0, 0.0)
    for (a, b) in zip(x, y) {
      xy += (a - mx) * (b - my)
      xx += (a - mx) * (a - mx)
      yy += (b - my) * (b - my)
    }
    return xy / (xx * yy).squareRoot()
  }

  private func column(_ name: String, of modality: Modality) throws -> [Float] {
    let column = try #require(modality.featureNames.firstIndex(of: name))
    return (0..<modality.rowCount).map {
      modality.values.elements[$0 * modality.featureCount + column]
    }
  }

  @Test(arguments: ["synthetic:mosi?train=3,test=2", "synthetic:recola?train=2&valid=1&frames=50"])
  func theSeedDecides(source: String) throws {
    #expect(try make(source) == make(source))
    #expect(try make(source).modalities != make(source, seed: 2).modalities)
  }

  @Test(arguments: ["synthetic:mosi?train=3,test=2", "synthetic:recola?train=2&valid=1&frames=50"])
  func theFormatTakesIt(source: String) throws {
    let folder = try TemporaryFolder()
    let features = try make(source)
    try features.write(to: folder.file("made.h5"), replacing: false)
    #expect(try FeaturesFile(contentsOf: folder.file("made.h5")) == features)
  }

  @Test func bitsAreTheSameEverywhere() throws {
    let features = try make("synthetic:recola?train=1&valid=0&test=0&frames=3")
    let truth = try #require(features.modalities["latent_truth"])
    // From the definition of the generator in Formats/import/synthetic.md, in Python.
    #expect(
      truth.values.elements.prefix(3).map(\.bitPattern) == [1065783231, 3217899406, 1065658168])
  }

  @Test func shapesOfRECOLA() throws {
    let features = try make("synthetic:recola?frames=40&unlabelled=2")
    #expect(features.sequences.count == 26 && features.sequences.frameCount == 26 * 40)
    #expect(features.modalities["audio"]?.featureCount == 88)
    #expect(features.modalities["video"]?.featureCount == 168)
    #expect(features.modalities["audio"]?.hopSeconds == 0.04)
    let arousal = try #require(features.targets["arousal"])
    #expect(arousal.delaySeconds == 2 && arousal.raters?.names.count == 6)
    #expect(arousal.valid.count { !$0 } == 80)
  }

  @Test func shapesOfMOSI() throws {
    let features = try make("synthetic:mosi")
    #expect(features.sequences.splits.count { $0 == .train } == 62)
    #expect(features.sequences.splits.count { $0 == .test } == 31)
    #expect((1500...3000).contains(features.sequences.frameCount))
    let label = try #require(features.targets["label"])
    #expect(label.kind == .binary && label.sourceTarget == "sentiment")
    let share = label.values.elements.reduce(0, +) / Float(label.rowCount)
    #expect((0.4...0.6).contains(share))
  }

  @Test func correlationsOfTheTruthAreThoseStated() throws {
    let truth = try #require(
      try make("synthetic:recola?frames=6000&train=20&valid=0&test=0").modalities["latent_truth"])
    let stated = try #require(
      truth.extractor.split(separator: "audio-video ").last?.split(separator: " ").compactMap {
        Double($0)
      })
    #expect(stated.count == 3)
    for (index, expected) in stated.enumerated() {
      let found = correlation(
        try column("audio_\(index)", of: truth), try column("video_\(index)", of: truth))
      #expect(abs(found - expected) < 0.03, "latent \(index): \(found), stated \(expected)")
    }
  }

  @Test func goldFollowsTheTruthByItsDelay() throws {
    let features = try make(
      "synthetic:recola?train=4&valid=0&test=0&label_noise=0.1&delay=0.8&frames=1500")
    let gold = try #require(features.targets["arousal"])
    let clean = try #require(features.targets["arousal_clean"]).values.elements
    let lag = Int((gold.delaySeconds / 0.04).rounded())
    #expect(lag == 20)
    let inside = (0..<4).flatMap { ($0 * 1500 + lag)..<(($0 + 1) * 1500) }
    let aligned = correlation(
      inside.map { gold.values.elements[$0] }, inside.map { clean[$0 - lag] })
    let unaligned = correlation(inside.map { gold.values.elements[$0] }, inside.map { clean[$0] })
    #expect(aligned > 0.97 && unaligned < aligned - 0.05)
  }

  @Test func labelNoiseIsThatOfTheGoldStandard() throws {
    func fidelity(_ noise: Double, raters: Int) throws -> Double {
      let features = try make(
        "synthetic:recola?train=8&valid=0&test=0&delay=0&label_noise=\(noise)&raters=\(raters)")
      return correlation(
        try #require(features.targets["arousal"]).values.elements,
        try #require(features.targets["arousal_clean"]).values.elements)
    }
    #expect(try fidelity(0, raters: 2) > 0.999)
    #expect(try fidelity(1.5, raters: 6) < fidelity(0.5, raters: 6) - 0.1)
  }

  @Test(arguments: [
    "synthetic:mosy", "synthetic:mosi?trian=3", "synthetic:mosi?delay=1", "synthetic:mosi?train",
    "synthetic:mosi?train=0", "synthetic:mosi?train=1.5", "synthetic:mosi?weak_noise=-1",
    "synthetic:mosi?weak_noise=nan", "synthetic:recola?preset=none",
    "synthetic:recola?train=10000&frames=100000",
  ])
  func wrongDials(source: String) {
    #expect(throws: ImportFailure.self) { try make(source) }
  }

  @Test func presetsComeBeforeDials() throws {
    let first = try make("synthetic:mosi?label_noise=3&preset=plenty&train=2&test=1")
    let name = try #require(first.provenance.sources.first?.name)
    #expect(name.contains("label_noise=3.0") && name.contains("nuisance=1.0"))
    #expect(try make("synthetic:mosi?preset=plenty").sequences.splits.count { $0 == .train } == 186)
  }
}
