import Foundation

/// Numbers as people read them.
enum Wording {
  /// Digits in groups of three, split by thin blanks where there are five or more.
  static func count(_ count: Int) -> String {
    let digits = String(count.magnitude)
    guard digits.count > 4 else { return String(count) }
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { grouped += "\u{202F}" }
      grouped.append(digit)
    }
    return (count < 0 ? "-" : "") + grouped
  }

  /// Four significant digits.
  static func number(_ number: Double) -> String {
    guard number.isFinite else { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
    return String(format: "%.4g", number)
  }

  static func fixed(_ number: Double, _ decimals: Int) -> String {
    guard number.isFinite else { return self.number(number) }
    let text = String(format: "%.\(decimals)f", number)
    // Nothing below zero is left of it.
    return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) }
      ? String(text.dropFirst()) : text
  }

  /// Percent; never rounded to 0 or 100 where it is neither.
  static func percent(_ share: Double) -> String {
    let percent = share * 100
    if share > 0, percent < 0.1 { return "<0.1 %" }
    if share < 1, percent > 99.9 { return ">99.9 %" }
    return String(format: percent == percent.rounded() ? "%.0f %%" : "%.1f %%", percent)
  }

  static func byteCount(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 999.5, unit + 1 < units.count {
      value /= 1000
      unit += 1
    }
    return unit == 0 ? "\(count) B" : String(format: "%.3g %@", value, units[unit] as NSString)
  }

  /// The first digits of a digest.
  static func shortDigest(_ digest: String) -> String {
    digest.count > 16 ? digest.prefix(16) + "…" : digest
  }
}
