/// Names of modalities and targets: 1 to 64 letters, digits, `_`, `-` and `.`.
enum PlainName {
  /// Whether `name` is one.
  static func isPlain(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name != "." && name != ".."
      && name.unicodeScalars.allSatisfy(isPlain)
  }

  /// `text` with `_` for what no name may hold, cut to length; `fallback` where nothing is left.
  static func made(of text: String, or fallback: String) -> String {
    var name = ""
    for scalar in text.unicodeScalars {
      let next = isPlain(scalar) ? Character(scalar) : "_"
      guard name.utf8.count + String(next).utf8.count <= 64 else { break }
      name.append(next)
    }
    return isPlain(name) ? name : fallback
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
      || ["_", "-", "."].contains(scalar)
  }
}
