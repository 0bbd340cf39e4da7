/// Reads ids by a regular expression of the user's, as `--id-pattern` gives it.
///
/// The groups are `recording`, which must be there, `speaker`, `segment` (a number counted from 1,
/// as in `v_1`), and `clip` (one counted from 0, as in `v[0]`).
struct IDPattern {
  private let regex: Regex<AnyRegexOutput>
  private let text: String

  /// The pattern spelled `text`.
  ///
  /// - Throws: `ImportFailure.wrongValue`.
  init(_ text: String) throws(ImportFailure) {
    self.text = text
    guard let regex = try? Regex(text), text.contains("(?<recording>") else {
      throw .wrongValue(
        option: "--id-pattern",
        expected: "a regular expression with a group (?<recording>…)", found: text)
    }
    self.regex = regex
  }

  /// The entry that `name`, all of it, stands for.
  ///
  /// - Throws: `ImportFailure.content` where the pattern does not fit.
  func entry(_ name: String, source: String) throws(ImportFailure) -> Entry {
    guard let match = try? regex.wholeMatch(in: name),
      let recording = Self.group("recording", of: match), !recording.isEmpty
    else {
      throw .content(
        source: source, place: "id '\(name)'", expected: "what --id-pattern \(text) fits",
        found: "another", remedy: "correct the pattern; it must fit the whole id")
    }
    var id = EntryID(recording: recording, clip: nil, original: name)
    for (group, first) in [("clip", 0), ("segment", 1)] {
      guard let digits = Self.group(group, of: match) else { continue }
      guard let number = Int(digits), number >= first, number < 1_000_000_000 else {
        throw .content(
          source: source, place: "id '\(name)'",
          expected: "a number from \(first) on in the group \(group)", found: digits,
          remedy: "segments count from 1; where they count from 0, call the group clip")
      }
      id.clip = number - first
    }
    return Entry(id: id, speaker: Self.group("speaker", of: match) ?? "")
  }

  private static func group(_ name: String, of match: Regex<AnyRegexOutput>.Match) -> String? {
    match.output[name]?.substring.map(String.init)
  }
}
