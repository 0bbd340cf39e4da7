/// Numbers of bytes as people write them.
package enum ByteCount {
  /// Less would hold no tool.
  private static let least = 16 << 20
  static let leastText = "16M"

  /// The bytes that `text` names, such as `800M`, `1.5G` or `1073741824`; nil where it names none,
  /// or fewer than 16M.
  package static func parse(_ text: String) -> Int? {
    let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
    var digits = text.uppercased()
    for ending in ["IB", "B"] where digits.hasSuffix(ending) && digits.count > ending.count {
      digits.removeLast(ending.count)
      break
    }
    var unit = 1.0
    if let last = digits.last, let found = units[last] {
      unit = found
      digits.removeLast()
    }
    guard digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
      let number = Double(digits)
    else { return nil }
    let bytes = number * unit
    guard bytes >= Double(least), bytes <= 0x1p60 else { return nil }
    return Int(bytes)
  }
}
