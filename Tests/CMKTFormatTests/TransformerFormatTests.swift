import CMKTFormat
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct TransformerFormatTests {
  /// The sample with a transformer in the place of its weak encoder.
  private var model: ModelFile {
    var model = Sample.model
    model.architecture.encoder = EncoderConfiguration(
      kind: .transformer, inputSize: 2, hiddenSize: 4, layerCount: 2,
      attention: AttentionConfiguration(heads: 2, feedForwardSize: 3, spanFrames: 0),
      latentSize: 2, latentActivation: .tanh, dropout: 0.1)
    model.weights = WeightName.entries(of: model.architecture).map { entry in
      NamedTensor(name: entry.name, tensor: Tensor(repeating: 0.5, shape: entry.shape))
    }
    return model
  }

  @Test func comesBackAsItWasWritten() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.h5")
    try model.write(to: path, replacing: false)
    #expect(try ModelFile.read(path).0 == model)
    #expect(try Validator.validate(path).findings.filter { $0.severity == .error }.isEmpty)
  }

  @Test func weightsHaveTheShapesOfTheSpecification() {
    let shapes = Dictionary(
      uniqueKeysWithValues: WeightName.entries(of: model.architecture).map { ($0.name, $0.shape) })
    #expect(shapes["encoder/input/weight"] == [4, 2])
    #expect(shapes["encoder/layer_1/attention/input_weight"] == [12, 4])
    #expect(shapes["encoder/layer_1/attention/output_bias"] == [4])
    #expect(shapes["encoder/layer_0/feed_forward/hidden_weight"] == [3, 4])
    #expect(shapes["encoder/layer_0/feed_forward/output_weight"] == [4, 3])
    #expect(shapes["encoder/norm/bias"] == [4])
    #expect(shapes["encoder/latent/weight"] == [2, 4])
  }

  @Test func otherKindsSayNothingOfAttention() throws {
    let json = try JSONEncoder().encode(Sample.model.architecture)
    #expect(!String(decoding: json, as: UTF8.self).contains("ttention"))
  }

  @Test func contradictionsAreFound() {
    var uneven = model.architecture
    uneven.encoder.attentionHeads = 3
    #expect(uneven.inconsistencies.contains { $0.contains("divide hiddenSize 4, found 3") })
    var none = model.architecture
    none.encoder.attentionHeads = 0
    #expect(!none.inconsistencies.isEmpty)
    var partial = model.architecture
    partial.encoder.feedForwardSize = nil
    #expect(!partial.inconsistencies.isEmpty)
    var recurrent = Sample.model.architecture
    recurrent.encoder.attentionSpanFrames = 2
    #expect(recurrent.inconsistencies.contains { $0.contains("no attention with kind bigru") })
    #expect(model.architecture.inconsistencies.isEmpty)
  }
}
