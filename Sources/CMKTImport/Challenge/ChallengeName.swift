package import CMKTFormat

/// One recording of a challenge: `train_1` of RECOLA, `Devel_HU_07` of SEWA.
///
/// Two are equal where partition, culture and number are; they sort by these, numbers by value.
package struct ChallengeRecording: Hashable, Comparable, Sendable {
  package var split: Split
  /// In lower case; empty in RECOLA.
  package var culture: String
  package var number: Int

  package static func < (first: ChallengeRecording, second: ChallengeRecording) -> Bool {
    first.sortKey < second.sortKey
  }

  private var sortKey: (Int, String, Int) {
    (Split.allCases.firstIndex(of: split) ?? 0, culture, number)
  }
}

/// What the name of a file, or the name of an instance in it, tells of its recording.
package struct ChallengeName: Sendable {
  package let split: Split
  package let culture: String
  /// The number as it is written; several recordings may stand in it, one digit each.
  package let digits: String
  /// Length and step of the analysis windows, seconds.
  package let window: (length: Double, step: Double)?
  /// The window as it is written, such as `4.0_0.4`; empty where there is none.
  package let variant: String
  /// What stands before the number, as it is written, such as `Train_DE_`.
  package let lead: String

  /// The first words of names, and their splits.
  private static let partitions: [String: Split] = [
    "train": .train, "training": .train, "dev": .valid, "devel": .valid, "development": .valid,
    "valid": .valid, "val": .valid, "test": .test,
  ]
  /// More digits than a list of recordings has.
  private static let mostDigits = 64

  /// The name `text`, without its extension: `PARTITION[_CULTURE]_NUMBER[_WINDOW_STEP]`.
  ///
  /// Nil for any other.
  package init?(_ text: String) {
    var words = text.split(separator: "_" as Character, omittingEmptySubsequences: false)
      .map(String.init)[...]
    guard words.count >= 2, let split = words.first.flatMap({ Self.partitions[$0.lowercased()] })
    else { return nil }
    var lead = words.removeFirst() + "_"
    var culture = ""
    if let word = words.first, !word.isEmpty, word.utf8.allSatisfy(Self.isLetter) {
      culture = word.lowercased()
      lead += word + "_"
      words.removeFirst()
    }
    guard let digits = words.popFirst(), (1...Self.mostDigits).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    if words.isEmpty {
      window = nil
    } else {
      let numbers = words.compactMap(Double.init)
      guard words.count == 2, numbers.count == 2, numbers.allSatisfy({ $0 > 0 && $0 < 1e4 })
      else { return nil }
      window = (numbers[0], numbers[1])
    }
    variant = words.joined(separator: "_")
    self.split = split
    self.culture = culture
    self.digits = digits
    self.lead = lead
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }

  /// The only recording that the name can mean, where the number is one; nil for a long list.
  package var recording: ChallengeRecording? {
    guard digits.utf8.count <= 9, let number = Int(digits) else { return nil }
    return ChallengeRecording(split: split, culture: culture, number: number)
  }

  /// The recording whose number is the digit at `index`.
  package func recording(at index: Int) -> ChallengeRecording? {
    let bytes = Array(digits.utf8)
    guard bytes.indices.contains(index) else { return nil }
    return ChallengeRecording(split: split, culture: culture, number: Int(bytes[index] - 0x30))
  }
}
