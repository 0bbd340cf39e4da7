import Codecs

/// What a source can be read as.
package enum ImportFormat: String, CaseIterable, Sendable {
  case npzDialogue = "npz-dialogue"
  case syntheticMOSI = "synthetic:mosi"
  case syntheticRECOLA = "synthetic:recola"

  /// One line for `--list-formats`.
  package var summary: String {
    switch self {
    case .npzDialogue: "NumPy .npz of padded sequences: NAME_SPLIT arrays, lengths and ids"
    case .syntheticMOSI: "generated dialogues of utterances with a binary label and a sentiment"
    case .syntheticRECOLA: "generated recordings with continuous, delayed labels by several raters"
    }
  }

  /// The format of `source`, judged by its content and never by its name.
  ///
  /// - Throws: `ImportFailure.unreadable`, `.unrecognised` or `.unknownName`.
  package static func detect(_ source: String) throws(ImportFailure) -> ImportFormat {
    if source.hasPrefix("synthetic:") {
      let name = String(source.prefix { $0 != "?" })
      if let format = ImportFormat(rawValue: name) { return format }
      throw .unknownName(
        kind: "synthetic source", name: name,
        known: [syntheticMOSI.rawValue, syntheticRECOLA.rawValue])
    }
    let signature: FileSignature
    do throws(CodecFailure) {
      let file = try FileBytes(source)
      signature = FileSignature(prefix: try file.next(upTo: FileSignature.prefixLength))
    } catch {
      throw ImportFailure(error, source: source)
    }
    if signature == .zip { return .npzDialogue }
    let remedy =
      signature.remedy.isEmpty
      ? "give a source of a format that `cmkt-import --list-formats` names" : signature.remedy
    throw .unrecognised(source: source, found: signature.noun, remedy: remedy)
  }
}
