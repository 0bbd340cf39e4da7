/// Why bytes could not be decoded or encoded.
package enum CodecFailure: Error, Equatable, Sendable {
  /// The data ends before the container says it does.
  case truncated(CodecFinding)
  /// The data breaks the rules of its container.
  case malformed(CodecFinding)
  /// The data is legal, but outside the subset that is read.
  case unsupported(CodecFinding)
  /// A declared size is beyond the limit that was set.
  case tooLarge(CodecFinding)
  /// A file could not be opened or read.
  case unreadable(file: String, reason: String)

  /// The finding, where there is one.
  package var finding: CodecFinding? {
    switch self {
    case .truncated(let finding), .malformed(let finding), .unsupported(let finding),
      .tooLarge(let finding):
      finding
    case .unreadable: nil
    }
  }
}

/// Where a codec stopped, what it expected there, what it found, and what to do.
package struct CodecFinding: Equatable, Sendable {
  /// The container, such as `NPY`.
  package var codec: String
  /// Counted from the first byte of what was handed to the codec; nil where no place applies.
  package var byteOffset: Int?
  /// Counted from 1; nil where no line applies.
  package var line: Int?
  package var expected: String
  package var found: String
  /// An imperative clause without a full stop; empty where nothing can be advised.
  package var remedy: String

  package init(
    _ codec: String, at byteOffset: Int? = nil, line: Int? = nil, expected: String, found: String,
    remedy: String = ""
  ) {
    self.codec = codec
    self.byteOffset = byteOffset
    self.line = line
    self.expected = expected
    self.found = found
    self.remedy = remedy
  }
}

extension CodecFailure: CustomStringConvertible {
  /// One sentence: where, expected, found, remedy.
  package var description: String {
    switch self {
    case .truncated(let finding): "truncated \(finding)"
    case .malformed(let finding), .unsupported(let finding), .tooLarge(let finding):
      finding.description
    case .unreadable(let file, let reason): "cannot read \(file): \(reason)"
    }
  }
}

extension CodecFinding: CustomStringConvertible {
  /// One sentence without a full stop.
  package var description: String {
    let place = (line.map { ", line \($0)" } ?? "") + (byteOffset.map { ", byte \($0)" } ?? "")
    let advice = remedy.isEmpty ? "" : "; \(remedy)"
    return "\(codec)\(place): expected \(expected), found \(found)\(advice)"
  }
}
