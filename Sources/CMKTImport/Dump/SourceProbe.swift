package import Codecs

/// What a source looks like: enough to tell formats apart without reading all of it.
package struct SourceProbe: Sendable {
  package let argument: SourceArgument
  package let isFolder: Bool
  /// The first bytes, at most `prefixLength`; empty for a folder.
  package let prefix: [UInt8]
  package let signature: FileSignature
  /// Paths of the files under a folder, relative to it, in byte order; at most `mostFiles`.
  package let files: [String]
  /// What the source holds if it is a pickle, interpreted when a format asks.
  let pickle = PickledProbe()

  package static let prefixLength = 64 << 10
  /// A dump has fewer files than this.
  package static let mostFiles = 100_000

  /// Looks at the source; made-up sources (`synthetic:…`) have nothing to look at.
  ///
  /// - Throws: `ImportFailure.unreadable`.
  package init(_ argument: SourceArgument) throws(ImportFailure) {
    self.argument = argument
    isFolder = !argument.isSynthetic && FolderListing.isFolder(argument.path)
    guard !argument.isSynthetic, !isFolder else {
      prefix = []
      signature = .unknown
      files =
        isFolder ? try FolderListing.files(under: argument.path, limit: Self.mostFiles) : []
      return
    }
    files = []
    do throws(CodecFailure) {
      prefix = try FileBytes(argument.path).next(upTo: Self.prefixLength)
    } catch {
      throw ImportFailure(error, source: argument.path)
    }
    signature = FileSignature(prefix: prefix)
  }

  /// The first bytes as text, without a byte-order mark; ill-formed parts replaced.
  package var text: String {
    let body = prefix.starts(with: [0xef, 0xbb, 0xbf]) ? prefix.dropFirst(3) : prefix[...]
    return String(decoding: body, as: UTF8.self)
  }

  /// Whether the first bytes could be a text file: no control characters but white space.
  package var looksLikeText: Bool {
    !prefix.isEmpty && prefix.allSatisfy { $0 >= 0x20 || (0x09...0x0d).contains($0) }
  }
}
