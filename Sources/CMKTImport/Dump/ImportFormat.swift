import Codecs

/// One form of dumps: what it is called, how it is recognised, and how it is opened.
///
/// Each reader declares its own; the table `all` is what the tool offers.
package struct ImportFormat: Sendable {
  /// As in `--as`.
  package let name: String
  /// One line for `--list-formats`.
  package let summary: String
  /// Whether a source is of this form, judged by its content and never by its name.
  let recognises: @Sendable (SourceProbe) -> Bool
  /// Finds out what the source holds; rows are read later.
  let open: @Sendable (SourceProbe, ReadingOptions) throws(ImportFailure) -> Dump

  init(
    _ name: String, _ summary: String, recognises: @escaping @Sendable (SourceProbe) -> Bool,
    open: @escaping @Sendable (SourceProbe, ReadingOptions) throws(ImportFailure) -> Dump
  ) {
    self.name = name
    self.summary = summary
    self.recognises = recognises
    self.open = open
  }

  /// All forms; where several recognise a source, the first one has it.
  package static let all: [ImportFormat] = [
    .idList,
    .npzDialogue, .npz, .npy, .safetensors,
    .bcLSTMCSV, .bcLSTMARFF,
    .recola,
    .csd,
    .mmsa, .mult, .lmf, .misa, .mag, .bcLSTM, .otherPickle,
    .hdf5,
    .syntheticMOSI, .syntheticRECOLA,
    .covarep,
    // Tables: those whose columns are known, then any.
    .openSMILE, .openFace, .facet, .genericTable,
  ]

  /// The form called `name`.
  ///
  /// - Throws: `ImportFailure.unknownName`.
  package static func named(_ name: String) throws(ImportFailure) -> ImportFormat {
    if let format = all.first(where: { $0.name == name }) { return format }
    throw .unknownName(kind: "format", name: name, known: all.map(\.name))
  }

  /// The form of the source that `probe` looked at.
  ///
  /// - Throws: `ImportFailure.unrecognised` or `.unknownName`.
  package static func detect(_ probe: SourceProbe) throws(ImportFailure) -> ImportFormat {
    let argument = probe.argument
    if argument.isSynthetic {
      let name = String(argument.path.prefix { $0 != "?" })
      let made = all.filter { $0.name.hasPrefix("synthetic:") }
      if let format = made.first(where: { $0.name == name }) { return format }
      throw .unknownName(kind: "synthetic source", name: name, known: made.map(\.name))
    }
    if let format = all.first(where: { $0.recognises(probe) }) { return format }
    let signature = probe.signature
    let remedy =
      signature.remedy.isEmpty
      ? "give a source of a format that `cmkt-import --list-formats` names" : signature.remedy
    throw .unrecognised(
      source: argument.path,
      found: probe.isFolder ? "a folder in no layout that is known here" : signature.noun,
      remedy: remedy)
  }
}
