/// One SOURCE of the command line: `PATH`, `NAME=PATH`, with `::/inside` for a part of a file.
package struct SourceArgument: Sendable, Equatable {
  /// A modality, or one of `reservedNames`; nil where the source names what it holds.
  package var name: String?
  package var path: String
  /// The path inside an HDF5 file, such as `/data`; nil for all.
  package var inside: String?

  /// Names with a meaning of their own.
  package static let reservedNames: Set<String> = [
    "labels", "folds", "words", "transcripts", "ids",
  ]

  package init(name: String? = nil, path: String, inside: String? = nil) {
    self.name = name
    self.path = path
    self.inside = inside
  }

  /// The argument spelled `text`.
  ///
  /// What stands before the first `=` is a name only where it looks like one: letters, digits,
  /// `_`, `.` and `-`.
  package init(_ text: String) {
    var rest = Substring(text)
    if let equals = text.firstIndex(of: "="), Self.isName(text[..<equals]),
      !text.hasPrefix("synthetic:")
    {
      name = String(text[..<equals])
      rest = text[text.index(after: equals)...]
    }
    if let mark = rest.ranges(of: "::").last {
      path = String(rest[..<mark.lowerBound])
      inside = String(rest[mark.upperBound...])
    } else {
      path = String(rest)
    }
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-"), first != UInt8(ascii: ".")
    else { return false }
    return text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
        || (0x61...0x7a).contains(byte) || "_.-".utf8.contains(byte)
    }
  }

  /// Whether the source is made up, such as `synthetic:mosi`.
  package var isSynthetic: Bool { path.hasPrefix("synthetic:") }

  /// The last component of the path.
  package var baseName: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The base name without its last extension.
  package var stem: String { Self.stem(of: baseName) }

  /// `name` without its last extension.
  package static func stem(of name: String) -> String {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
    return String(name[..<dot])
  }
}
