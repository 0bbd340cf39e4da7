/// Texts of fixed length in foreign files, whatever bytes they hold.
enum EscapedText {
  /// The texts of `byteCount` bytes each in `bytes`, each by itself: one that is no text does not
  /// spoil the others.
  static func texts(in bytes: [UInt8], byteCount: Int) -> [String] {
    guard byteCount > 0 else { return [] }
    return (0..<(bytes.count / byteCount)).map { index in
      text(of: bytes[(index * byteCount)..<((index + 1) * byteCount)])
    }
  }

  static func text(of field: [UInt8]) -> String { text(of: field[...]) }

  /// `field` without the zeros at its end.
  ///
  /// Where it holds other zeros, or is not UTF-8, those bytes and backslashes are `\x00`, `\xe9`.
  static func text(of field: ArraySlice<UInt8>) -> String {
    guard let last = field.lastIndex(where: { $0 != 0 }) else { return "" }
    let bytes = field[field.startIndex...last]
    if !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    var rest = bytes
    while let byte = rest.first {
      // No beginning of a character is a character, so the shortest that is valid is meant.
      let character = (1...4).lazy.compactMap { count in
        rest.count >= count ? String(validating: rest.prefix(count), as: UTF8.self) : nil
      }.first
      if let character, byte != 0, byte != UInt8(ascii: "\\") {
        text += character
        rest = rest.dropFirst(character.utf8.count)
      } else {
        text += byte < 16 ? "\\x0" : "\\x"
        text += String(byte, radix: 16)
        rest = rest.dropFirst()
      }
    }
    return text
  }
}
