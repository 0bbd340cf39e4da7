import CMKTEngine
package import CMKTFormat
import Tensors

/// What a model says of sequences: its latents, or its predictions, with ids and times.
package struct SequenceOutput: Sendable {
  package let sequences: OutputSequences
  package let parts: [OutputPart]
  package let metadata: OutputMetadata
}

/// The model and the features that an output is made from.
package struct OutputSource: Sendable {
  package let model: ModelFile
  let features: FeaturesFile
  package let sequences: OutputSequences
  private let split: OutputSplit
  private let digests: (model: String, features: String)

  /// - Parameter digests: the content digests of both files.
  /// - Throws: `unfinished` for a checkpoint; `engine` for an empty split.
  package init(
    model: ModelFile, features: FeaturesFile, digests: (model: String, features: String),
    split: OutputSplit
  ) throws(ExportFailure) {
    guard model.isFinished else { throw .unfinished }
    self.model = model
    self.features = features
    self.digests = digests
    self.split = split
    let indices = try unwrapping { () throws(EngineFailure) in
      try split.sequences(of: features, model: model)
    }
    sequences = OutputSequences(indices, of: features, model: model)
  }

  /// The latent of the weak modality, and of strong modality `strong` where one is named.
  ///
  /// - Parameter threads: of the engine; nil for all processors.
  /// - Throws: `engine` with what does not fit or is not there.
  package func latents(strong: String?, threads: Int?) throws(ExportFailure) -> SequenceOutput {
    let predictor = try unwrapping { () throws(EngineFailure) in
      try Predictor(model: model, threads: threads)
    }
    let indices = sequences.indices
    let weak = model.architecture.weak.name
    var sequences = sequences
    var parts = [
      try unwrapping { () throws(EngineFailure) in
        try latent(
          of: weak, name: "latent", prefix: "latent/", letter: "z",
          try predictor.weakLatents(for: features, sequences: indices))
      }
    ]
    if let strong {
      parts.append(
        try unwrapping { () throws(EngineFailure) in
          try latent(
            of: strong, name: "strong/latent", prefix: "strong/", letter: "s",
            try predictor.strongLatents(of: strong, for: features, sequences: indices))
        })
      sequences.contaminate(by: features.modalities[strong])
    }
    var metadata = metadata("cmkt-latents")
    metadata.modalities = [weak] + (strong.map { [$0] } ?? [])
    metadata.hopSeconds = model.architecture.weak.hopSeconds
    return SequenceOutput(sequences: sequences, parts: parts, metadata: metadata)
  }

  /// The predictions of `targets`, all where nil: as the engine gives them, every row answered, the
  /// delay undone.
  ///
  /// - Parameters:
  ///   - postprocesses: whether they pass through the fitted output chains.
  ///   - threads: of the engine; nil for all processors.
  /// - Throws: `engine` with what does not fit or is not there.
  package func predictions(
    of targets: [String]?, postprocesses: Bool = true, threads: Int?
  ) throws(ExportFailure) -> SequenceOutput {
    let heads = try heads(targets)
    let indices = sequences.indices
    let parts = try unwrapping { () throws(EngineFailure) in
      let predictor = try Predictor(
        model: model, postprocesses: postprocesses, threads: threads)
      let found = try predictor.predictions(
        for: features, sequences: indices, targets: heads.map(\.target))
      return try heads.map { (head) throws(EngineFailure) in
        let axis = try features.rowAxis(of: head)
        return OutputPart(
          name: "prediction/\(head.target)",
          axis: OutputAxis(axis, of: features, sequences: indices, validRows: nil),
          rowPrefix: axis.level.rowPrefix, columnNames: columnNames(of: head), head: head,
          values: found[head.target] ?? [])
      }
    }
    var metadata = metadata("cmkt-predictions")
    metadata.modalities = [model.architecture.weak.name]
    metadata.hopSeconds = model.architecture.weak.hopSeconds
    metadata.postprocessed = postprocesses
    metadata.targets = parts.compactMap(OutputMetadata.Target.init)
    return SequenceOutput(sequences: sequences, parts: parts, metadata: metadata)
  }

  private func latent(
    of modality: String, name: String, prefix: String, letter: String, _ values: [Tensor<Float>]
  ) throws(EngineFailure) -> OutputPart {
    let found = try features.alignedModality(named: modality)
    let width = values.first?.shape[1] ?? 0
    return OutputPart(
      name: name,
      axis: OutputAxis(
        found.axis, of: features, sequences: sequences.indices,
        validRows: try found.rows.allValidRows),
      rowPrefix: prefix, columnNames: (0..<width).map { "\(letter)\($0)" }, head: nil,
      values: values)
  }

  private func heads(_ targets: [String]?) throws(ExportFailure) -> [HeadConfiguration] {
    let all = model.architecture.heads
    guard let targets else { return all }
    let known = all.map(\.target)
    for target in targets where !known.contains(target) {
      throw .engine(.unknownName(kind: "target of the model", name: target, known: known))
    }
    return all.filter { targets.contains($0.target) }
  }

  /// A target of one column is called by its name, others by `target/column`.
  ///
  /// The model knows the names of classes alone. The features may have the columns in another order
  /// than those that trained it, so that their names count only where they are the very same.
  private func columnNames(of head: HeadConfiguration) -> [String] {
    let count = head.outputSize
    guard count > 1 || head.kind == .classes else { return [head.target] }
    let isTrainedOnThese = model.training.dataFingerprint == digests.features
    let names =
      head.kind == .classes
      ? head.classNames : isTrainedOnThese ? features.targets[head.target]?.names ?? [] : []
    return (0..<count).map { "\(head.target)/\(names.count == count ? names[$0] : "\($0)")" }
  }

  private func metadata(_ format: String) -> OutputMetadata {
    OutputMetadata(
      format: format, modelContentDigest: digests.model, featuresContentDigest: digests.features,
      dataFingerprint: model.training.dataFingerprint, split: split.rawValue,
      isTimed: features.timeBase == .seconds, licence: features.licence,
      redistribution: features.redistribution.rawValue)
  }
}
