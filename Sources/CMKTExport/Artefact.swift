package import CMKTFormat
import Codecs
import Tensors

/// The weak path of a model, encoded, with an account of what went in and what stayed out.
package struct Artefact: Sendable {
  /// Some tensors that stayed out, such as those of `strong_encoder/text`.
  package struct LeftOut: Sendable, Equatable {
    package var name: String
    package var tensorCount: Int
    package var valueCount: Int
  }

  package let format: ExportFormat
  package let path: WeakPath
  package let bytes: [UInt8]
  /// Tensors and values of the model that are in the artefact.
  package let tensorCount: Int
  package let valueCount: Int
  /// What served the training only, by name.
  package let leftOut: [LeftOut]

  /// Encodes the weak path of `model`, whose content digest is `contentDigest`.
  ///
  /// Equal models give equal bytes.
  ///
  /// - Throws: what `WeakPath.init(model:)` throws; `unsupported` where the format cannot hold it.
  package init(
    of model: ModelFile, contentDigest: String, as format: ExportFormat
  ) throws(ExportFailure) {
    self.format = format
    path = try WeakPath(model: model)
    switch format {
    case .onnx:
      let metadata = ArtefactMetadata(
        model: model, contentDigest: contentDigest, gateOrder: "z,r,h")
      bytes = try ONNXExport.model(of: path, metadata: metadata).encoded()
    case .safetensors:
      let metadata = ArtefactMetadata(
        model: model, contentDigest: contentDigest, gateOrder: SafetensorsExport.gateOrder)
      bytes = try Self.encoded(SafetensorsExport.content(of: path, metadata: metadata))
    }
    let deployed = model.weights.filter { WeightName.isDeployed($0.name) }
    tensorCount = deployed.count + 2
    valueCount =
      deployed.reduce(0) { $0 + $1.tensor.elements.count } + 2 * path.featureCount
    leftOut = Self.leftOut(of: model)
  }

  private static func encoded(_ file: Safetensors) throws(ExportFailure) -> [UInt8] {
    do throws(CodecFailure) {
      return try file.encoded()
    } catch {
      throw .unsupported(what: error.description, remedy: "export it with --as onnx")
    }
  }

  private static func leftOut(of model: ModelFile) -> [LeftOut] {
    var groups: [String: LeftOut] = [:]
    func add(_ name: String, _ tensorCount: Int, _ valueCount: Int) {
      groups[name, default: LeftOut(name: name, tensorCount: 0, valueCount: 0)].tensorCount +=
        tensorCount
      groups[name]?.valueCount += valueCount
    }
    for weight in model.weights where !WeightName.isDeployed(weight.name) {
      let group = weight.name.split(separator: "/").prefix(2).joined(separator: "/")
      add(group, 1, weight.tensor.elements.count)
    }
    for (name, alignment) in model.alignment {
      let vectors = [alignment.weakMean, alignment.strongMean, alignment.correlations]
      let matrices = [alignment.weakDirections, alignment.strongDirections]
      add(
        "alignment/\(name)", vectors.count + matrices.count,
        vectors.reduce(0) { $0 + $1.count } + matrices.reduce(0) { $0 + $1.elements.count })
    }
    for (name, normalisation) in model.normalisation where name != model.architecture.weak.name {
      add("normalisation/\(name)", 2, 2 * normalisation.mean.count)
    }
    return groups.values.sorted { $0.name < $1.name }
  }
}
