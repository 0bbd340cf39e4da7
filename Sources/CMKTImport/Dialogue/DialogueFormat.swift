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
    let path = probe.argument.path
    let bytes: [UInt8]
    do throws(CodecFailure) {
      bytes = try FileBytes.all(of: path)
    } catch {
      throw ImportFailure(error, source: path)
    }
    var (features, ledger) = try DialogueReader.read(
      bytes, name: path, missingTargets: options.missingTargets)
    features.name = probe.argument.stem
    return Dump(features, files: [SourceFile(path: path, format: "npz-dialogue")], ledger: ledger)
  }
}
