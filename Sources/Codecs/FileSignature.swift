/// What a file is, judged by its first bytes and never by its name.
package enum FileSignature: String, CaseIterable, Sendable {
  case npy, zip, hdf5, pickle, gzip, gitLFSPointer, webPage, matlab5, arff, empty, unknown

  /// How many leading bytes are enough to decide.
  package static let prefixLength = 512

  /// The signature that `prefix`, the first bytes of a file, begins with.
  package init(prefix: [UInt8]) {
    let magics: [(FileSignature, [UInt8])] = [
      (.npy, NPYArray.magic),
      (.zip, [0x50, 0x4b, 0x03, 0x04]),
      (.zip, [0x50, 0x4b, 0x05, 0x06]),
      (.hdf5, [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]),
      (.gzip, [0x1f, 0x8b]),
      (.gitLFSPointer, Array("version https://git-lfs.github.com/spec/".utf8)),
      (.matlab5, Array("MATLAB 5.0 MAT-file".utf8)),
    ]
    guard !prefix.isEmpty else {
      self = .empty
      return
    }
    for (signature, magic) in magics where prefix.starts(with: magic) {
      self = signature
      return
    }
    let text = String(decoding: prefix.prefix(Self.prefixLength), as: UTF8.self).lowercased()
    let trimmed = text.drop { $0.isWhitespace || $0 == "\u{feff}" }
    if trimmed.hasPrefix("<!doctype") || trimmed.hasPrefix("<html") {
      self = .webPage
    } else if trimmed.hasPrefix("@relation") {
      self = .arff
    } else if prefix.count > 2, prefix[0] == 0x80, (2...5).contains(prefix[1]) {
      self = .pickle
    } else if PickleDocument.begins(prefix) {
      // Protocols 0 and 1 have no magic number.
      self = .pickle
    } else {
      self = .unknown
    }
  }

  /// What to say of such a file, as the end of "it is …".
  package var noun: String {
    switch self {
    case .npy: "a NumPy array (.npy)"
    case .zip: "a ZIP archive (.npz is one)"
    case .hdf5: "an HDF5 file"
    case .pickle: "a Python pickle"
    case .gzip: "a gzip stream"
    case .gitLFSPointer: "a Git-LFS pointer, not the data it stands for"
    case .webPage: "a saved web page, not the data behind its link"
    case .matlab5: "a MATLAB 5 file"
    case .arff: "an ARFF file"
    case .empty: "an empty file"
    case .unknown: "no format that is known here"
    }
  }

  /// What a user can do about it; empty where the name says enough.
  package var remedy: String {
    switch self {
    case .gitLFSPointer: "fetch the data with `git lfs pull`"
    case .webPage: "download the file itself; the server may have asked for a login"
    case .gzip: "unpack it with `gunzip`"
    case .empty: "copy or download it again"
    default: ""
    }
  }
}
