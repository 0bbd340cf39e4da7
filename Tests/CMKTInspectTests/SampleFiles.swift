import CMKTFormat
import Foundation
import Tensors

/// Small files to inspect.
enum Sample {
  /// Six recordings of four frames in three splits; one constant column, one invalid value.
  static var features: FeaturesFile {
    let splits: [Split] = [.train, .train, .train, .valid, .test, .test]
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: (0..<6).map { "s\($0)" }, recordings: (0..<6).map { "r\($0)" },
        speakers: ["a", "a", "b", "c", "d", "e"], splits: splits,
        offsets: (0...6).map { $0 * 4 }),
      timeBase: .index)
    file.name = "tiny"
    file.licence = "CC0-1.0"
    var audio = Modality(
      values: Tensor(
        shape: [24, 3],
        elements: (0..<72).map { $0 % 3 == 2 ? 1.5 : Float(sin(Double($0))) }),
      validity: .elements((0..<72).map { $0 != 0 }), featureNames: ["f0", "energy", "flat"],
      level: .frame)
    audio.extractor = "openSMILE 3"
    file.modalities["audio"] = audio
    file.modalities["text"] = Modality(
      values: Tensor(shape: [24, 2], elements: (0..<48).map { Float(cos(Double($0))) }),
      validity: .rows(Array(repeating: true, count: 24)), featureNames: ["t0", "t1"],
      level: .frame)
    var label = Target(
      values: Tensor(shape: [24, 1], elements: (0..<24).map { Float($0 % 2) }),
      valid: (0..<24).map { $0 < 20 }, level: .frame, kind: .binary)
    label.classCount = 2
    label.names = ["negative", "positive"]
    file.targets["label"] = label
    file.provenance.sources = [
      Source(
        name: "dump.npz", sha256: String(repeating: "ab", count: 32), byteCount: 12,
        format: "npz-dialogue")
    ]
    file.provenance.steps = [
      ProvenanceStep(tool: "cmkt-import", version: "0.1.0", command: "cmkt-import dump.npz")
    ]
    file.provenance.ledger = [
      LedgerRow(
        stage: "clean", modality: "audio", unit: "values", action: "imputed", reason: "NaN",
        count: 1, examples: "s0:0")
    ]
    return file
  }

  /// A CM-StEW model of `features` whose weights are a few waves.
  static var model: ModelFile {
    model(weakWidth: 3, of: features, trainIds: ["s0", "s1", "s2"])
  }

  /// A CM-StEW model of the audio (`weakWidth` features) and text (2) of `features`.
  static func model(weakWidth: Int, of features: FeaturesFile, trainIds: [String]) -> ModelFile {
    func contract(_ name: String) -> ModalityContract {
      ModalityContract(
        name: name, level: "frame", featureNames: features.modalities[name]?.featureNames ?? [],
        hopSeconds: nil, extractor: features.modalities[name]?.extractor ?? "", units: "")
    }
    func encoder(_ inputSize: Int) -> EncoderConfiguration {
      EncoderConfiguration(
        kind: .bigru, inputSize: inputSize, hiddenSize: 3, layerCount: 1, latentSize: 2,
        latentActivation: .tanh, dropout: 0.1)
    }
    let head = HeadConfiguration(
      target: "label", kind: .binary, level: "frame", pooling: .none, inputSize: 2, hiddenSize: 0,
      outputSize: 1, delaySeconds: 0, classNames: ["negative", "positive"])
    let architecture = ModelArchitecture(
      method: "cm-stew", weak: contract("audio"), encoder: encoder(weakWidth), heads: [head],
      strong: [
        StrongBranch(
          modality: contract("text"), encoder: encoder(2), heads: [head],
          translator: TranslatorConfiguration(
            kind: .bigru, inputSize: 2, hiddenSize: 2, layerCount: 1, outputSize: 2))
      ])
    var model = ModelFile(
      architecture: architecture, weights: weights(of: architecture),
      normalisation: [
        "audio": Normalisation(
          mean: Array(repeating: 0, count: weakWidth),
          scale: Array(repeating: 1, count: weakWidth)),
        "text": Normalisation(mean: [0, 0], scale: [1, 1]),
      ],
      training: TrainingRecord(
        recipe: "{\"batch.size\": 4}", seed: 7,
        history: [HistoryCurve(name: "step2/train/loss", values: [4, 2, 1, 0.5])],
        trainIds: trainIds, validIds: [], testIds: [],
        dataFingerprint: String(repeating: "cd", count: 32), dataName: "tiny",
        kernels: "portable"))
    model.alignment["text"] = Alignment(
      weakMean: [0, 0], strongMean: [0, 0],
      weakDirections: Tensor(shape: [2, 2], elements: [1, 0, 0, 1]),
      strongDirections: Tensor(shape: [2, 2], elements: [0, 1, 1, 0]),
      correlations: [0.75, 0.5], ridge: 0.001)
    return model
  }

  private static func weights(of architecture: ModelArchitecture) -> [NamedTensor] {
    var phase = 0.0
    return WeightName.entries(of: architecture).map { entry in
      let elements = (0..<entry.shape.reduce(1, *)).map { _ in
        phase += 1.3
        return Float(sin(phase))
      }
      return NamedTensor(
        name: entry.name, tensor: Tensor(shape: entry.shape, elements: elements))
    }
  }
}
