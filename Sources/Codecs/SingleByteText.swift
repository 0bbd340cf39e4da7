/// Text in bytes that are UTF-8, or else one character each, as Windows-1252 (and with it Latin-1)
/// has them.
enum SingleByteText {
  /// What bytes 0x80 to 0x9f are in Windows-1252; those it leaves out are control characters.
  private static let middle: [UInt32] = [
    0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039,
    0x0152, 0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
  ]

  /// The text of `bytes`; sets `isForeign` where they are no UTF-8.
  ///
  /// Different bytes give different texts, so that two ids never become one.
  static func string(_ bytes: some Collection<UInt8>, _ isForeign: inout Bool) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    isForeign = true
    var text = String.UnicodeScalarView()
    for byte in bytes {
      let code = (0x80...0x9f).contains(byte) ? middle[Int(byte) - 0x80] : UInt32(byte)
      text.append(Unicode.Scalar(code) ?? "\u{fffd}")
    }
    return String(text)
  }
}
