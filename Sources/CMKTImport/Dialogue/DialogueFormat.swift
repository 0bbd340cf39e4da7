import CMKTFormat
import Codecs

extension ImportFormat {
  /// Padded sequences in a NumPy `.npz`; see `Formats/import/npz-dialogue.md`.
  static let npzDialogue = ImportFormat(
    "npz-dialogue", "NumPy .npz of padded sequences: NAME_SPLIT arrays, lengths and ids"
  ) { probe in
    guard probe.signature == .zip, let archive = try? NPZArchive(path: probe.argument.path) else {
      return false
    }
    return DialogueLayout.isLaidOut(archive.names)
  } open: { (probe, options) throws(ImportFailure) in
    try DialogueReader.dump(
      of: probe.argument.path, name: probe.argument.stem, missingTargets: options.missingTargets)
  }
}
