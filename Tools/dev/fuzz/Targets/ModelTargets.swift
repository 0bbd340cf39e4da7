@testable import CMKTEngine
@testable import CMKTExport
@testable import CMKTFormat
@testable import Codecs

extension FuzzTarget {
  /// A protobuf message, every field taken as all that it could be.
  static let protobuf = FuzzTarget("protobuf") { input in
    guard let message = try? ProtobufMessage(input.bytes()) else { return false }
    // Planted: a message in a message in a message.
    return depth(of: message, budget: 64) >= 4
  }

  private static func depth(of message: ProtobufMessage, budget: Int) -> Int {
    var deepest = 0
    for number in Set(message.fields.map(\.number)).sorted().prefix(4) {
      _ = try? message.integers(number)
      _ = try? message.floats(number)
      _ = try? message.strings(number)
      _ = try? message.data(number)
      guard budget > 1, let inner = try? message.messages(number) else { continue }
      for one in inner.prefix(4) where !one.fields.isEmpty {
        deepest = max(deepest, depth(of: one, budget: budget / 4))
      }
    }
    return deepest + 1
  }

  /// An ONNX model, and what is written of it.
  static let onnx = FuzzTarget("onnx") { input in
    guard let model = try? ONNXModel(bytes: input.bytes()) else { return false }
    if let written = try? model.encoded() {
      let again = (try? ONNXModel(bytes: written)).flatMap { try? $0.encoded() }
      expect(again == written, "a model reads back as written")
    }
    let text = model.metadata.first?.value ?? ""
    _ = try? ONNXStreamPlan(text)
    // Planted: a weight above a thousand.
    return model.initialisers.contains {
      if case .floats(let values) = $0.elements { values.contains { $0 > 1000 } } else { false }
    }
  }

  /// A Core ML program; the first two bytes say how much of the input its weights are.
  static let coreML = FuzzTarget("coreml") { input in
    let bytes = input.bytes(from: 2)
    let split = min(Int(input[0]) << 4 | Int(input[1]) & 15, bytes.count)
    let model = try? CoreMLModel(bytes: Array(bytes[split...]), weights: Array(bytes[..<split]))
    guard let model else { return false }
    var weights = CoreMLWeightFile()
    let written = model.encoded(&weights)
    let again = try? CoreMLModel(bytes: written, weights: weights.bytes)
    expect(again != nil, "a program reads back as written")
    // Planted: an input whose extent may be more than thirty.
    return model.inputs.contains { $0.extents.contains { $0.upperBound > 30 } }
  }

  /// A recipe, and what is printed of it.
  static let recipe = FuzzTarget("recipe") { input in
    guard let recipe = try? Recipe(json: input.text()) else { return false }
    for method in Method.allCases.prefix(2) {
      expect((try? Recipe(json: recipe.json(for: method))) != nil, "a printed recipe can be read")
    }
    // Planted: a large batch.
    return recipe.integer(.batchSize) > 64
  }

  /// The typed configuration of a model, and the weights that follow from it.
  static let architecture = FuzzTarget("architecture") { input in
    guard let architecture = try? ModelArchitecture(json: input.bytes()) else { return false }
    guard architecture.inconsistencies.isEmpty else { return false }
    let entries = WeightName.entries(of: architecture)
    expect((try? ModelArchitecture(json: architecture.json)) == architecture, "it reads back")
    // Planted: a sound model that drops more than half.
    return architecture.encoder.dropout > 0.5 && !entries.isEmpty
  }
}
