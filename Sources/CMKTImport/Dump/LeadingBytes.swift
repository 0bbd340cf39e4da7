import Codecs

extension FileSignature {
  /// Whether a file of this kind stands in for data that are elsewhere.
  var isStandIn: Bool {
    switch self {
    case .gitLFSPointer, .webPage, .gzip, .utf16, .nulText, .matlab4, .empty: true
    default: false
    }
  }

  /// The first bytes of a file of a dump, at most `SourceProbe.prefixLength`.
  ///
  /// - Throws: `ImportFailure.unrecognised` for a pointer, a web page and others that come in the
  ///   place of data, with what to do about it; `unreadable`.
  static func leadingBytes(of path: String) throws(ImportFailure) -> [UInt8] {
    let prefix: [UInt8]
    do throws(CodecFailure) {
      prefix = try FileBytes(path).next(upTo: SourceProbe.prefixLength)
    } catch {
      throw ImportFailure(error, source: path)
    }
    let signature = FileSignature(prefix: prefix)
    guard !signature.isStandIn else {
      throw .unrecognised(source: path, found: signature.noun, remedy: signature.remedy)
    }
    return prefix
  }
}
