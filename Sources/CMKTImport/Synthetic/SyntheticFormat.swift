import CMKTFormat

extension ImportFormat {
  static let syntheticMOSI = synthetic(
    .mosi, "generated dialogues of utterances with a binary label and a sentiment")
  static let syntheticRECOLA = synthetic(
    .recola, "generated recordings with continuous, delayed labels by several raters")

  private static func synthetic(_ kind: SyntheticKind, _ summary: String) -> ImportFormat {
    ImportFormat(kind.rawValue, summary) { _ in
      false
    } open: { (probe, options) throws(ImportFailure) in
      let settings = try SyntheticSettings(
        source: probe.argument.path, kind: kind, seed: options.seed)
      var features = settings.generate()
      features.name = String(kind.rawValue.replacing(":", with: "-"))
      features.licence = "CC0-1.0"
      features.redistribution = .allowed
      var file = SourceFile(path: settings.canonicalSource, format: kind.rawValue)
      file.isText = true
      return Dump(features, files: [file], ledger: Ledger())
    }
  }
}
