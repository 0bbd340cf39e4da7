/// Words that stand for numbers that digits cannot write.
enum NumberWord {
  /// NaN for a missing value or a word for NaN, ±infinity for a word for it; nil for other text.
  static func value(_ word: ArraySlice<UInt8>) -> Double? {
    guard word.count <= 12 else { return nil }
    var text = String(decoding: word, as: UTF8.self).lowercased()
    if missing.contains(text) { return .nan }
    var sign = 1.0
    if let first = text.first, first == "-" || first == "+" {
      sign = first == "-" ? -1 : 1
      text.removeFirst()
    }
    if infinite.contains(text) { return sign * .infinity }
    return notANumber.contains(text) ? .nan : nil
  }

  private static let missing: Set<String> = ["", "?", "-", "na", "n/a", "null", "none", "<na>"]
  /// The last ones are what older Microsoft run-times print.
  private static let infinite: Set<String> = ["inf", "infinity", "1.#inf"]
  private static let notANumber: Set<String> = [
    "nan", "nan(ind)", "nan(snan)", "1.#qnan", "1.#ind", "1.#snan",
  ]
}
