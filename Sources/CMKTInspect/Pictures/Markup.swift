import Foundation

/// Text and numbers as they may stand in XML and HTML.
package enum Markup {
  /// `text`, from whatever file, as character data or as the value of a quoted attribute.
  ///
  /// Characters that no reader sees, or that turn the direction of what follows, become their code
  /// in words, so that a page says what a file holds and looks as it was meant.
  package static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in visible(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// `text` as it will be read: what no reader sees as its code in words.
  static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isHidden) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n", "\t": result += " "
      case _ where isHidden(scalar):
        result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Controls, marks of direction, and what XML does not allow.
  private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF,
      0xFFF9...0xFFFB, 0xFFFE, 0xFFFF, 0xE0000...0xE0FFF:
      true
    default: false
    }
  }

  /// A coordinate with at most one decimal; what is not finite becomes 0.
  package static func coordinate(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    guard abs(tenths) < 1e8, let whole = Int(exactly: tenths) else { return "0" }
    let (quotient, remainder) = whole.magnitude.quotientAndRemainder(dividingBy: 10)
    let sign = whole < 0 ? "-" : ""
    return remainder == 0 ? "\(sign)\(quotient)" : "\(sign)\(quotient).\(remainder)"
  }

  /// `text` as a word of an address or a file name: letters, digits and dashes.
  package static func key(_ text: String) -> String {
    var result = ""
    for scalar in text.lowercased().unicodeScalars {
      let isPlain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
      if isPlain {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, result.last != "-" {
        result += "-"
      }
    }
    while result.last == "-" { result.removeLast() }
    return result.isEmpty ? "x" : String(result.prefix(60))
  }

  /// The bytes of `text` as they may stand in a `data:` address within a quoted attribute.
  package static func percentEncoded(_ text: String) -> String {
    var result: [UInt8] = []
    let digits = Array("0123456789ABCDEF".utf8)
    let plain = Set("-_.~,;:/()*@+=|!".utf8)
    for byte in text.utf8 {
      let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
      if isLetter || (48...57).contains(byte) || plain.contains(byte) {
        result.append(byte)
      } else {
        result += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// How wide text will be, for any sans-serif face: an estimate that errs on the wide side.
package enum TextMeasure {
  /// The size of all text in pictures, in units of the picture.
  package static let size = 12.0

  /// The width of `text` in units of the picture.
  package static func width(_ text: String, size: Double = size) -> Double {
    Markup.visible(text).unicodeScalars.reduce(0) { $0 + width(of: $1) } * size
  }

  /// `text`, cut to `width` with an ellipsis.
  package static func fitted(_ text: String, width limit: Double, size: Double = size) -> String {
    let text = Markup.visible(text)
    guard width(text, size: size) > limit else { return text }
    var used = width(of: "…") * size
    var result = ""
    for character in text {
      used += width(String(character), size: size)
      if used > limit { break }
      result.append(character)
    }
    return result + "…"
  }

  /// `text` in lines of at most `width`, broken at blanks; words that are too long are cut.
  package static func wrapped(_ text: String, width limit: Double, size: Double = size) -> [String]
  {
    var lines: [String] = []
    for word in Markup.visible(text).split(separator: " ").map(String.init) {
      if let last = lines.last, width(last + " " + word, size: size) <= limit {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(fitted(word, width: limit, size: size))
      }
    }
    return lines
  }

  /// In parts of the size.
  private static func width(of scalar: Unicode.Scalar) -> Double {
    switch scalar {
    case "i", "j", "l", "I", "|", "!", "'", ".", ",", ":", ";": 0.32
    case " ", "f", "t", "r", "(", ")", "[", "]", "/", "-": 0.4
    case "m", "M", "W", "%", "@", "w": 0.97
    case "A"..."Z": 0.72
    case _ where scalar.value >= 0x2E80: 1.1
    case _ where scalar.value > 0x7F: 0.75
    default: 0.62
    }
  }
}
