import CMKTEngine
import CMKTFormat
import CMKTInspect
import Tensors
import TestSupport
import Testing

@Suite struct CorrelateTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func request(
    _ model: ModelFile, _ features: FeaturesFile, _ split: EvaluationSplit
  ) throws -> CorrelateRequest {
    let request = CorrelateRequest(
      modelPath: folder.file("model.h5"), featuresPath: folder.file("features.h5"), split: split,
      permutationCount: 19, seed: 3, threads: 2)
    try model.write(to: request.modelPath, replacing: true)
    try features.write(to: request.featuresPath, replacing: true)
    return request
  }

  private func value(_ report: Report, _ section: String, row: Int, _ key: String) -> Double? {
    guard case .table(let table) = report.sections.first(where: { $0.key == section })?.body,
      let column = table.columns.firstIndex(where: { $0.key == key }),
      case .number(let number) = table.rows[row][column].value
    else { return nil }
    return number
  }

  private func text(_ report: Report, _ key: String) -> String? {
    guard case .facts(let facts) = report.sections.first?.body else { return nil }
    return facts.first { $0.key == key }?.cell.text
  }

  /// Thirty recordings; weak and strong features are the same numbers.
  private var twins: (model: ModelFile, features: FeaturesFile) {
    var stream = RandomStream(seed: 1, purpose: "twins")
    let (count, length) = (30, 6)
    let values = Tensor<Float>(
      shape: [count * length, 2],
      elements: (0..<count * length * 2).map { _ in Float(stream.normal()) })
    var features = FeaturesFile(
      sequences: SequenceTable(
        ids: (0..<count).map { "s\($0)" }, recordings: (0..<count).map { "r\($0)" },
        speakers: Array(repeating: "", count: count),
        splits: (0..<count).map { $0 < 15 ? .train : .test },
        offsets: (0...count).map { $0 * length }),
      timeBase: .index)
    for name in ["audio", "text"] {
      features.modalities[name] = Modality(
        values: values, validity: .rows(Array(repeating: true, count: count * length)),
        featureNames: ["a", "b"], level: .frame)
    }
    let model = Sample.model(weakWidth: 2, of: features, trainIds: (0..<15).map { "s\($0)" })
    return (model, features)
  }

  @Test func twinsCorrelateFully() throws {
    var (model, features) = twins
    // Equal weights on both sides give equal latents.
    model.weights = model.weights.map { weight in
      let twin = weight.name.replacing("strong_encoder/text/", with: "encoder/")
      return NamedTensor(name: weight.name, tensor: model.weight(twin) ?? weight.tensor)
    }
    model.alignment["text"]?.strongDirections = Tensor(shape: [2, 2], elements: [1, 0, 0, 1])
    let test = try Correlate.report(request(model, features, .test))
    #expect(text(test, "marks") == "unseen in training")
    #expect(text(test, "directions") == "the model's own, from its training data")
    for part in ["total", "within"] {
      for row in 0...2 {
        let correlation = try #require(value(test, "held_out", row: row, part))
        #expect(abs(correlation - 1) < 1e-9)
        #expect(value(test, "held_out", row: row, "\(part)_p") == 0.05)
      }
    }
    let train = try Correlate.report(request(model, features, .train))
    #expect(text(train, "marks") == "(trained)")
    #expect(text(train, "directions") == "refitted by groups, 5 folds")
    #expect(abs(try #require(value(train, "held_out", row: 1, "total")) - 1) < 1e-6)
  }

  @Test func equalRequestsGiveEqualReports() throws {
    let (model, features) = twins
    var request = try request(model, features, .test)
    let report = try Correlate.report(request)
    request.threads = 1
    #expect(try Correlate.report(request) == report)
  }

  @Test func refusesWhatHasNothingToCorrelate() throws {
    var (model, features) = twins
    let missing = try request(model, features, .valid)
    #expect(throws: InspectFailure.self) { try Correlate.report(missing) }
    var other = try request(model, features, .test)
    other.strong = "video"
    #expect(throws: InspectFailure.self) { try Correlate.report(other) }
    features.modalities["text"] = nil
    let weakOnly = try request(model, features, .test)
    #expect(throws: InspectFailure.self) { try Correlate.report(weakOnly) }
    model.architecture.strong = []
    model.architecture.method = "unimodal"
    model.weights = model.weights.filter { WeightName.isDeployed($0.name) }
    model.alignment = [:]
    model.normalisation["text"] = nil
    let unimodal = try request(model, features, .test)
    #expect(throws: InspectFailure.self) { try Correlate.report(unimodal) }
  }
}
