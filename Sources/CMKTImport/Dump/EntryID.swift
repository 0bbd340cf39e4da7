/// The name of a recording, or of one clip of it, in the form that all dumps are brought to.
///
/// Two ids are equal where recording and clip are; how a source spells them plays no part.
package struct EntryID: Sendable {
  /// Such as the 11 characters of a video, which may begin with `-` or `_`.
  package var recording: String
  /// Counted from 0; nil for a whole recording.
  package var clip: Int?
  /// The spelling in the source.
  package var original: String

  /// The id of a whole recording that the source calls by the same name.
  package init(recording: String) {
    self.init(recording: recording, clip: nil, original: recording)
  }

  package init(recording: String, clip: Int?, original: String) {
    self.recording = recording
    self.clip = clip
    self.original = original
  }
}

extension EntryID: Hashable {
  package static func == (first: EntryID, second: EntryID) -> Bool {
    first.recording == second.recording && first.clip == second.clip
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(recording)
    hasher.combine(clip)
  }
}

extension EntryID: CustomStringConvertible {
  /// `recording`, or `recording[clip]`: the spelling in features files.
  package var description: String {
    clip.map { "\(recording)[\($0)]" } ?? recording
  }
}

/// How the ids of a dump are spelled.
package enum ClipSpelling: Sendable {
  /// The whole text is the name of a recording.
  case none
  /// `v[3]`, counted from 0 (CMU-MultimodalSDK after `align`).
  case brackets
  /// `v$_$4`, counted from 1 (MMSA).
  case dollars
  /// `v_4`, counted from 1; the last underscore parts the two, since names may hold others.
  case underscore
}

extension EntryID {
  /// The id spelled `text`; a whole recording where no clip stands in it.
  package init(_ text: String, spelling: ClipSpelling) {
    let parts: (recording: Substring, number: Substring, first: Int)? =
      switch spelling {
      case .none: nil
      case .brackets: Self.bracketed(text)
      case .dollars: Self.parted(text, by: "$_$")
      case .underscore: Self.parted(text, by: "_")
      }
    guard let parts, !parts.recording.isEmpty, parts.number.utf8.count <= 9,
      parts.number.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = Int(parts.number), number >= parts.first
    else {
      self.init(recording: text)
      return
    }
    self.init(recording: String(parts.recording), clip: number - parts.first, original: text)
  }

  private static func bracketed(
    _ text: String
  ) -> (recording: Substring, number: Substring, first: Int)? {
    guard text.hasSuffix("]"), let bracket = text.lastIndex(of: "[") else { return nil }
    return (text[..<bracket], text[text.index(after: bracket)...].dropLast(), 0)
  }

  private static func parted(
    _ text: String, by separator: String
  ) -> (recording: Substring, number: Substring, first: Int)? {
    let places = text.ranges(of: separator)
    return places.last.map { (text[..<$0.lowerBound], text[$0.upperBound...], 1) }
  }
}
