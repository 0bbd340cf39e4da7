import CMKTFormat

extension ModelArchitecture {
  /// Checks that the parts fit each other and that this version can build them.
  ///
  /// - Throws: `invalidModel` with the first contradiction.
  func check() throws(EngineFailure) {
    guard version == 1 else {
      throw .invalidModel(
        location: "/architecture.version", expected: "1", found: "\(version)")
    }
    try check(encoder, at: "/architecture.encoder")
    try check(weak, encoder, at: "/architecture.weak")
    try check(heads, on: encoder, at: "/architecture.heads")
    for (index, branch) in strong.enumerated() {
      let location = "/architecture.strong[\(index)]"
      try check(branch.encoder, at: location + ".encoder")
      try check(branch.modality, branch.encoder, at: location + ".modality")
      try check(branch.heads, on: branch.encoder, at: location + ".heads")
      if let translator = branch.translator {
        try check(translator, of: encoder, at: location + ".translator")
      }
      if let autoencoder = branch.autoencoder {
        try check(autoencoder, of: branch.encoder, at: location + ".autoencoder")
      }
    }
  }

  private func check(_ encoder: EncoderConfiguration, at location: String) throws(EngineFailure) {
    for (name, size, limit) in [
      ("inputSize", encoder.inputSize, 1 << 20), ("hiddenSize", encoder.hiddenSize, 1 << 20),
      ("latentSize", encoder.latentSize, 1 << 20), ("layerCount", encoder.layerCount, 1 << 10),
    ] { try check(size, 1...limit, at: "\(location).\(name)") }
    try checkAttention(of: encoder, at: location)
    guard encoder.dropout >= 0, encoder.dropout < 1 else {
      throw .invalidModel(
        location: location + ".dropout", expected: "0 or more, below 1",
        found: "\(encoder.dropout)")
    }
  }

  private func check(
    _ contract: ModalityContract, _ encoder: EncoderConfiguration, at location: String
  ) throws(EngineFailure) {
    let width = contract.featureNames.count
    try check(width, encoder.inputSize...encoder.inputSize, at: location + ".featureNames")
    if let scope = contract.normalisation, scope != "recording" {
      throw .invalidModel(
        location: location + ".normalisation", expected: "recording", found: scope)
    }
  }

  private func check(
    _ heads: [HeadConfiguration], on encoder: EncoderConfiguration, at location: String
  ) throws(EngineFailure) {
    let latentSize = encoder.latentSize
    for (index, head) in heads.enumerated() {
      let place = "\(location)[\(index)]"
      try check(head.inputSize, latentSize...latentSize, at: place + ".inputSize")
      try check(head.hiddenSize, 0...(1 << 20), at: place + ".hiddenSize")
      try check(head.outputSize, 1...(1 << 20), at: place + ".outputSize")
    }
  }

  private func check(
    _ translator: TranslatorConfiguration, of encoder: EncoderConfiguration, at location: String
  ) throws(EngineFailure) {
    let latentSize = encoder.latentSize
    try check(translator.inputSize, latentSize...latentSize, at: location + ".inputSize")
    try check(translator.hiddenSize, 1...(1 << 20), at: location + ".hiddenSize")
    try check(translator.layerCount, 1...(1 << 10), at: location + ".layerCount")
    try check(translator.outputSize, 1...(1 << 20), at: location + ".outputSize")
    try checkAttention(of: translator, at: location)
  }

  private func checkAttention(
    of part: some SequenceConfiguration, at location: String
  ) throws(EngineFailure) {
    guard let message = part.attentionInconsistency else { return }
    throw .invalidModel(
      location: location, expected: "the sizes of kind \(part.kind.rawValue)", found: message)
  }

  private func check(
    _ value: Int, _ range: ClosedRange<Int>, at location: String
  ) throws(EngineFailure) {
    guard !range.contains(value) else { return }
    let expected =
      range.lowerBound == range.upperBound
      ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    throw .invalidModel(location: location, expected: expected, found: "\(value)")
  }
}
