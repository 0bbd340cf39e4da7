/// What a file is, judged by its first bytes and never by its name.
package enum FileSignature: String, CaseIterable, Sendable {
  case npy, zip, hdf5, pickle, gzip, gitLFSPointer, webPage, matlab4, matlab5, arff, utf16, nulText
  case empty, unknown

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
    if trimmed.hasPrefix("<!doctype") || trimmed.hasPrefix("<html")
      || trimmed.hasPrefix("<?xml")
    {
      self = .webPage
    } else if trimmed.hasPrefix("@relation") {
      self = .arff
    } else if prefix.count > 2, prefix[0] == 0x80, (2...5).contains(prefix[1]) {
      self = .pickle
    } else if PickleDocument.begins(prefix) {
      // Protocols 0 and 1 have no magic number.
      self = .pickle
    } else {
      self = Self.ofZeros(prefix) ?? .unknown
    }
  }

  /// What files are whose numbers of zero bytes tell it: nil where they do not.
  private static func ofZeros(_ prefix: [UInt8]) -> FileSignature? {
    if prefix.starts(with: [0xff, 0xfe]) || prefix.starts(with: [0xfe, 0xff]) { return .utf16 }
    guard prefix.contains(0) else { return nil }
    if isMATLAB4(prefix) { return .matlab4 }
    let start = prefix.prefix(32)
    let even = start.indices.filter { $0 % 2 == 0 && start[$0] == 0 }.count
    let odd = start.indices.filter { $0 % 2 == 1 && start[$0] == 0 }.count
    let half = start.count / 2
    if half >= 4, odd == half && even == 0 || even == half && odd == 0 { return .utf16 }
    let zeros = prefix.count { $0 == 0 }
    let isText = prefix.allSatisfy { $0 >= 0x20 && $0 < 0x7f || (9...13).contains($0) || $0 == 0 }
    return isText && zeros * 4 <= prefix.count ? .nulText : nil
  }

  /// Whether a header of MATLAB 4 comes first: type, rows, columns, imaginary part, and a name.
  private static func isMATLAB4(_ prefix: [UInt8]) -> Bool {
    guard prefix.count > 20 else { return false }
    let little = stride(from: 0, to: 20, by: 4).map { start in
      prefix[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    // The thousands of the type tell the byte order.
    let words = little[0] < 100 ? little : little.map(\.byteSwapped)
    let isLittle = little[0] < 100
    let type = isLittle ? words[0] : words[0] &- 1000
    guard type < 60, type % 10 <= 2, words[3] <= 1, (2...64).contains(words[4]),
      prefix.count >= 20 + Int(words[4])
    else { return false }
    let name = prefix[20..<20 + Int(words[4])]
    return name.last == 0
      && name.dropLast().allSatisfy { byte in
        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
          || (0x41...0x5a).contains(byte & 0xdf)
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
    case .webPage: "a saved web page or message of a server, not the data behind its link"
    case .matlab4: "a MATLAB 4 file"
    case .matlab5: "a MATLAB 5 file"
    case .arff: "an ARFF file"
    case .utf16: "text in UTF-16"
    case .nulText: "text with NUL bytes in it"
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
    case .matlab4: "load it in MATLAB and save it with `save -v7`"
    case .utf16: "convert it with `iconv -f UTF-16 -t UTF-8`"
    case .nulText, .empty: "copy or download it again"
    default: ""
    }
  }
}
