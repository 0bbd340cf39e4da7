/// What a file that is not HDF5 looks like.
package enum ForeignContent: Sendable, Equatable {
  case empty
  /// A text file that stands in for one that git-lfs has not fetched.
  case gitLFSPointer
  case html
  case zip
  case gzip
  case pickle
  case other

  /// Judges by the first bytes of the file.
  init(firstBytes bytes: [UInt8]) {
    let text = String(decoding: bytes.prefix(256), as: UTF8.self)
    let trimmed = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }.lowercased()
    self =
      if bytes.isEmpty {
        .empty
      } else if text.hasPrefix("version https://git-lfs") {
        .gitLFSPointer
      } else if trimmed.hasPrefix("<!doctype html") || trimmed.hasPrefix("<html") {
        .html
      } else if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
        .zip
      } else if bytes.starts(with: [0x1F, 0x8B]) {
        .gzip
      } else if bytes.count > 1, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
        .pickle
      } else {
        .other
      }
  }

  /// Continues "is not an HDF5 file but …".
  var sentence: String {
    switch self {
    case .empty: "empty; copy or download it again"
    case .gitLFSPointer: "a git-lfs pointer; fetch the content with 'git lfs pull'"
    case .html: "an HTML page, probably a download's error page; download it again"
    case .zip: "a ZIP archive (NPZ files are such); unpack or import it"
    case .gzip: "compressed with gzip; unpack it with gunzip"
    case .pickle: "a Python pickle; import it"
    case .other: "of some other kind; check that it is the right file and complete"
    }
  }
}
