import CMKTFormat

/// From data and recipe to the typed configuration of the networks.
struct ArchitectureBuilder {
  let data: TrainingData
  let request: TrainingRequest
  /// Leaves out the strong branches, whatever the method.
  var isWeakAlone = false

  private var recipe: Recipe { request.recipe }
  private var plan: TransferPlan { request.method.plan }

  var architecture: ModelArchitecture {
    ModelArchitecture(
      method: (isWeakAlone ? Method.unimodal : request.method).rawValue, weak: data.weak.contract,
      encoder: plan.deploysStrong
        ? strongEncoder(inputSize: data.weak.width) : weakEncoder(inputSize: data.weak.width),
      heads: heads(on: data.weak), strong: isWeakAlone ? [] : data.strong.map(branch))
  }

  private func heads(on modality: PreparedModality) -> [HeadConfiguration] {
    data.targets.map {
      $0.head(
        base: modality.axis, latentSize: recipe.integer(.encoderLatent),
        hiddenSize: recipe.integer(.headHidden))
    }
  }

  private func branch(_ modality: PreparedModality) -> StrongBranch {
    let toLatent = recipe.choice(.translationTarget) == "latent"
    let translates = plan.translates && recipe.number(.lossBeta) > 0
    return StrongBranch(
      modality: modality.contract,
      // A modality that teaches itself is encoded as it will be deployed.
      encoder: plan.teachesItself
        ? weakEncoder(inputSize: modality.width) : strongEncoder(inputSize: modality.width),
      heads: plan.teacher == .classifier ? heads(on: modality) : [],
      translator: translates
        ? decoder(outputSize: toLatent ? recipe.integer(.encoderLatent) : modality.width) : nil,
      autoencoder: plan.teacher == .autoencoder ? decoder(outputSize: modality.width) : nil)
  }

  private func decoder(outputSize: Int) -> TranslatorConfiguration {
    let kind = EncoderKind(rawValue: recipe.choice(.translatorKind)) ?? encoderKind
    let width = either(.translatorHidden, or: .encoderHidden)
    return TranslatorConfiguration(
      kind: kind, inputSize: recipe.integer(.encoderLatent), hiddenSize: width,
      layerCount: recipe.integer(.translatorLayers),
      attention: attention(of: kind, width: width), outputSize: outputSize)
  }

  private func weakEncoder(inputSize: Int) -> EncoderConfiguration {
    encoder(
      inputSize: inputSize, hiddenSize: recipe.integer(.encoderHidden),
      layerCount: recipe.integer(.encoderLayers), dropout: recipe.number(.encoderDropout))
  }

  private func strongEncoder(inputSize: Int) -> EncoderConfiguration {
    let dropout = recipe.number(.strongDropout)
    return encoder(
      inputSize: inputSize, hiddenSize: either(.strongHidden, or: .encoderHidden),
      layerCount: either(.strongLayers, or: .encoderLayers),
      dropout: dropout < 0 ? recipe.number(.encoderDropout) : dropout)
  }

  private var encoderKind: EncoderKind {
    EncoderKind(rawValue: recipe.choice(.encoderKind)) ?? .bigru
  }

  private func encoder(
    inputSize: Int, hiddenSize: Int, layerCount: Int, dropout: Double
  ) -> EncoderConfiguration {
    EncoderConfiguration(
      kind: encoderKind, inputSize: inputSize, hiddenSize: hiddenSize, layerCount: layerCount,
      attention: attention(of: encoderKind, width: hiddenSize),
      latentSize: recipe.integer(.encoderLatent),
      latentActivation: Activation(rawValue: recipe.choice(.encoderActivation)) ?? .tanh,
      dropout: dropout)
  }

  private func attention(of kind: EncoderKind, width: Int) -> AttentionConfiguration? {
    guard kind == .transformer else { return nil }
    let inner = recipe.integer(.encoderFeedForward)
    return AttentionConfiguration(
      heads: recipe.integer(.encoderHeads), feedForwardSize: inner == 0 ? 4 * width : inner,
      spanFrames: recipe.integer(.encoderSpan))
  }

  /// The value of `key`, or where that is 0, of `other`.
  private func either(_ key: SettingKey, or other: SettingKey) -> Int {
    recipe.integer(key) == 0 ? recipe.integer(other) : recipe.integer(key)
  }
}

extension ArchitectureBuilder {
  /// Known before any work: whether the attention's heads fit the widths.
  ///
  /// - Throws: `badSetting` where they do not divide the width of a transformer.
  func checkAttention() throws(EngineFailure) {
    let architecture = self.architecture
    var parts: [any SequenceConfiguration] = [architecture.encoder]
    for branch in architecture.strong {
      parts.append(branch.encoder)
      if let translator = branch.translator { parts.append(translator) }
      if let autoencoder = branch.autoencoder { parts.append(autoencoder) }
    }
    for part in parts {
      guard let heads = part.attentionHeads, part.hiddenSize % heads != 0 else { continue }
      throw .badSetting(
        key: SettingKey.encoderHeads.rawValue,
        expected: "a divisor of the width \(part.hiddenSize)",
        found: "\(heads)")
    }
  }
}
