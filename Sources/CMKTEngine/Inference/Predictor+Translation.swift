package import CMKTFormat
import Networks
package import Tensors

/// What the translator makes of the weak latent, on the level where both modalities meet.
package struct Translation: Sendable {
  /// Whose rows these are: the coarser of the levels of the two modalities.
  package var axis: RowAxis
  /// By row of `axis`: whether the weak modality has a valid value there.
  package var valid: [Bool]
  /// By sequence: `[M, D]`, in the units in which the strong modality enters the networks.
  package var values: [Tensor<Float>]
}

extension Predictor {
  /// The output of the translator to strong modality `name` for the sequences `indices`.
  ///
  /// As in training, the weak latent comes to the coarser level by masked pooling. The units are
  /// those of the strong features as they enter the networks; of the strong latent where the recipe
  /// translates to that.
  ///
  /// - Throws: `unknownName` where the model has no such branch; `badRequest` where the branch has
  ///   no translator; else as `weakLatents(for:sequences:)`.
  package func translation(
    to name: String, for features: FeaturesFile, sequences indices: [Int]
  ) throws(EngineFailure) -> Translation {
    let index = try branchIndex(of: name)
    guard let translator = networks.translators[index] else {
      throw .badRequest(
        reason: "the model has no translator to '\(name)'",
        remedy: "give one that was trained with translation, such as cm-stew with loss.beta > 0")
    }
    let latents = try weakLatents(for: features, sequences: indices)
    let sides = try [model.architecture.weak.name, name].map { (name) throws(EngineFailure) in
      let found = try features.alignedModality(named: name)
      return ModalityRows(axis: found.axis, valid: try found.rows.allValidRows)
    }
    let meeting = Meeting(
      weak: sides[0], strong: sides[1], sequenceCount: features.sequences.count)
    let link = RowLink(
      from: sides[0].axis, to: meeting.axis, sequenceCount: features.sequences.count)
    let tape = Tape<Float>(compute: compute, isRecording: false)
    var values: [Tensor<Float>] = []
    for (place, window) in Window.whole(indices, of: features.sequences).enumerated() {
      tape.reset()
      let rows = meeting.rows(in: Batch([window]))
      let pooled = rows.weakMean(tape.constant(latents[place]), on: tape)
      values.append(translator(pooled, rows.layout, ForwardPass(tape)).tensor)
    }
    let valid = (0..<meeting.axis.count).map { row in
      link.members(of: row).contains { sides[0].valid[$0] }
    }
    return Translation(axis: meeting.axis, valid: valid, values: values)
  }

  /// The rows of a modality that the model reads, as they enter its networks: `[n, D]`.
  ///
  /// - Parameter indices: the only sequences whose rows will be read; nil for all.
  /// - Throws: `missingModality` and `contractMismatch` where the features are not those of the
  ///   training; `unknownName` where the model reads no such modality.
  package func networkInputs(
    of name: String, for features: FeaturesFile, sequences indices: [Int]? = nil
  ) throws(EngineFailure) -> InputRows {
    let contracts = [model.architecture.weak] + model.architecture.strong.map(\.modality)
    guard let contract = contracts.first(where: { $0.name == name }) else {
      throw .unknownName(kind: "modality of the model", name: name, known: contracts.map(\.name))
    }
    return try networkInputs(
      of: contract, axis: try checked(contract, in: features).axis, for: features,
      sequences: indices)
  }
}
