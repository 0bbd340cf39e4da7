import CMKTFormat
import Tensors

/// Small files that use every part of the format.
enum Sample {
  /// Three sequences, seven frames, two segments each, every level, raters and annotations.
  static var features: FeaturesFile {
    let sequences = SequenceTable(
      ids: ["a", "b", "ç"], recordings: ["r1", "r1", "r2"], speakers: ["ann", "ann", ""],
      splits: [.train, .train, .test], offsets: [0, 3, 5, 7])
    var file = FeaturesFile(
      sequences: sequences, timeBase: .seconds,
      frameIntervals: (0..<7).flatMap { [Double($0) * 0.5, Double($0) * 0.5 + 0.5] })
    file.name = "sample"
    file.licence = "CC0-1.0"
    file.redistribution = .allowed
    file.segments["words"] = SegmentTable(
      sequence: [0, 0, 1, 2], frameBegin: [0, 1, 3, 5], frameEnd: [1, 3, 5, 7],
      intervals: [0, 0.5, 0.5, 1.5, 1.5, 2.5, 2.5, 3.5], ids: ["w0", "w1", "", "w3"])
    file.modalities = modalities
    file.targets = targets
    file.annotations["words"] = Annotation(
      bytes: Array("héyou".utf8), offsets: [0, 3, 6], sequence: [0, 1], intervals: [0, 1, 1, 2])
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
        stage: "read", modality: "audio", unit: "values", action: "imputed", reason: "NaN",
        count: 1, examples: "a:0")
    ]
    return file
  }

  private static var modalities: [String: Modality] {
    var audio = Modality(
      values: Tensor(shape: [7, 2], elements: (0..<14).map { Float($0) * 0.25 }),
      validity: .elements((0..<14).map { $0 != 3 }), featureNames: ["f0", "énergie"],
      level: .frame)
    audio.extractor = "handmade"
    audio.units = "dB"
    audio.hopSeconds = 0.5
    audio.windowSeconds = 1
    audio.anchor = "centre"
    let text = Modality(
      values: Tensor(shape: [4, 1], elements: [1, 2, 3, 4]),
      validity: .rows([true, true, false, true]), featureNames: ["t0"], level: .segment("words"))
    let clip = Modality(
      values: Tensor(shape: [3, 1], elements: [1, 2, 3]), validity: .rows([true, true, true]),
      featureNames: ["c0"], level: .sequence)
    let raw = Modality(
      values: Tensor(shape: [5, 1], elements: [1, 2, 3, 4, 5]),
      validity: .rows(Array(repeating: true, count: 5)), featureNames: ["r0"], level: .own,
      ownAxis: OwnAxis(offsets: [0, 2, 4, 5], intervals: (0..<10).map { Double($0 / 2) }))
    return ["audio": audio, "text": text, "clip": clip, "raw": raw]
  }

  private static var targets: [String: Target] {
    var sentiment = Target(
      values: Tensor(shape: [7, 1], elements: [-1, 0, 1, 2, -2, 3, -3]),
      valid: [true, true, true, true, true, true, false], level: .frame, kind: .regression)
    sentiment.range = -3...3
    sentiment.delaySeconds = 0.5
    sentiment.raters = Raters(
      names: ["FM1", "FF1"], values: Tensor(repeating: 0.5, shape: [7, 2, 1]),
      valid: Array(repeating: true, count: 14))
    var label = Target(
      values: Tensor(shape: [7, 1], elements: [0, 1, 1, 1, 0, 1, 0]),
      valid: Array(repeating: true, count: 7), level: .frame, kind: .binary)
    label.classCount = 2
    label.names = ["negative", "positive"]
    label.sourceTarget = "sentiment"
    label.threshold = 0
    var emotion = Target(
      values: Tensor(shape: [3, 1], elements: [0, 2, 1]), valid: [true, true, true],
      level: .sequence, kind: .classes)
    emotion.classCount = 3
    return ["sentiment": sentiment, "label": label, "emotion": emotion]
  }

  /// A tiny CM-StEW model whose weights count up.
  static var model: ModelFile {
    let architecture = self.architecture
    var next: Float = 0
    let weights = WeightName.entries(of: architecture).map { entry in
      let count = entry.shape.reduce(1, *)
      defer { next += Float(count) }
      return NamedTensor(
        name: entry.name,
        tensor: Tensor(shape: entry.shape, elements: (0..<count).map { (next + Float($0)) / 1024 }))
    }
    var model = ModelFile(
      architecture: architecture, weights: weights,
      normalisation: [
        "audio": Normalisation(mean: [1, 2], scale: [1, 0.5]),
        "text": Normalisation(mean: [0], scale: [1]),
      ],
      training: TrainingRecord(
        recipe: "{\"batchSize\": 32}", seed: .max,
        history: [HistoryCurve(name: "step1.train.loss", values: [2, 1])], trainIds: ["a", "b"],
        validIds: [], testIds: ["ç"], dataFingerprint: String(repeating: "cd", count: 32),
        dataName: "sample", kernels: "portable"))
    model.alignment["text"] = Alignment(
      weakMean: [0, 0], strongMean: [0, 1],
      weakDirections: Tensor(shape: [2, 2], elements: [1, 0, 0, 1]),
      strongDirections: Tensor(shape: [2, 2], elements: [0, 1, 1, 0]),
      correlations: [0.75, 0.5], ridge: 0.001)
    model.postprocessing["label"] = [
      PostprocessingStep(kind: "median", frames: 3, value: 0),
      PostprocessingStep(kind: "scale", frames: 0, value: 1.5),
    ]
    return model
  }

  private static var architecture: ModelArchitecture {
    let head = HeadConfiguration(
      target: "label", kind: .binary, level: "frame", pooling: .none, inputSize: 2, hiddenSize: 0,
      outputSize: 1, delaySeconds: 0, classNames: ["negative", "positive"])
    return ModelArchitecture(
      method: "cm-stew", weak: contract("audio", ["f0", "énergie"]),
      encoder: encoder(inputSize: 2, .bigru), heads: [head],
      strong: [
        StrongBranch(
          modality: contract("text", ["t0"]), encoder: encoder(inputSize: 1, .gru), heads: [head],
          translator: TranslatorConfiguration(
            kind: .bigru, inputSize: 2, hiddenSize: 1, layerCount: 1, outputSize: 1))
      ])
  }

  private static func contract(_ name: String, _ features: [String]) -> ModalityContract {
    ModalityContract(
      name: name, level: "frame", featureNames: features, hopSeconds: 0.5, extractor: "",
      units: "")
  }

  private static func encoder(inputSize: Int, _ kind: EncoderKind) -> EncoderConfiguration {
    EncoderConfiguration(
      kind: kind, inputSize: inputSize, hiddenSize: 3, layerCount: 2, latentSize: 2,
      latentActivation: .tanh, dropout: 0.1)
  }
}
