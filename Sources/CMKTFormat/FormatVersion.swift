/// The version of the tools; it stands in every file that they write.
package let toolVersion = "0.1.0"

/// The version of the file format that this code writes.
package enum FormatVersion {
  /// A reader refuses another major version.
  package static let major = 1
  /// A reader accepts any minor version and ignores what it does not know.
  package static let minor = 0
  /// The spelling in `/@format_version`.
  package static let text = "\(major).\(minor)"
}

/// The two kinds of file.
package enum FileKind: String, CaseIterable, Sendable {
  case features, model
}
