import Glibc

/// Decimal numbers written as text, rounded to the nearest binary64 value, ties to even.
package enum DecimalNumber {
  /// The number at `position`, which moves past it; nil, and no move, where none is written there.
  ///
  /// Takes a sign, digits, the byte `point`, more digits and an exponent, and nothing else: no
  /// blanks, no words.
  static func scan(
    _ bytes: borrowing Span<UInt8>, _ position: inout Int, point: UInt8 = UInt8(ascii: ".")
  ) -> Double? {
    let start = position
    var at = start
    let isNegative = at < bytes.count && bytes[at] == UInt8(ascii: "-")
    if at < bytes.count, isNegative || bytes[at] == UInt8(ascii: "+") { at += 1 }
    var digits = Digits()
    let first = at
    digits.take(bytes, &at)
    var count = at - first
    var exponent = 0
    if at < bytes.count, bytes[at] == point {
      at += 1
      let fraction = at
      digits.take(bytes, &at)
      exponent = fraction - at
      count += at - fraction
    }
    guard count > 0 else { return nil }
    exponent += Self.exponent(bytes, &at)
    position = at
    let magnitude =
      digits.significant <= 19 ? Self.value(digits.mantissa, exponent: exponent) : nil
    guard let magnitude else { return Self.fallback(bytes, start..<at, point) }
    return isNegative ? -magnitude : magnitude
  }

  /// The number that `text` is, or nil where it is no number, or one with something around it.
  package static func parse(_ text: String, point: UInt8 = UInt8(ascii: ".")) -> Double? {
    let bytes = Array(text.utf8)
    var position = 0
    guard let value = scan(bytes.span, &position, point: point), position == bytes.count else {
      return nil
    }
    return value
  }

  /// The digits read so far as an integer, exact while `significant` is at most 19.
  private struct Digits {
    var mantissa: UInt64 = 0
    /// How many digits follow the leading zeros, the first of them included.
    var significant = 0

    mutating func take(_ bytes: borrowing Span<UInt8>, _ position: inout Int) {
      var at = position
      while at < bytes.count {
        let digit = bytes[at] &- UInt8(ascii: "0")
        guard digit < 10 else { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        if significant > 0 || digit > 0 { significant += 1 }
        at += 1
      }
      position = at
    }
  }

  /// The exponent after an `e` at `position`; 0, and no move, where there is none.
  private static func exponent(_ bytes: borrowing Span<UInt8>, _ position: inout Int) -> Int {
    var at = position
    guard at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") else { return 0 }
    at += 1
    var isNegative = false
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
      isNegative = bytes[at] == UInt8(ascii: "-")
      at += 1
    }
    let first = at
    var value = 0
    while at < bytes.count {
      let digit = bytes[at] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      // Far beyond any finite value, so that a long exponent cannot overflow.
      value = min(value * 10 + Int(digit), 1_000_000)
      at += 1
    }
    guard at > first else { return 0 }
    position = at
    return isNegative ? -value : value
  }

  /// `mantissa` times ten to `exponent`; nil where 64 and 128 bits do not give it exactly.
  private static func value(_ mantissa: UInt64, exponent: Int) -> Double? {
    guard mantissa > 0 else { return 0 }
    guard exponent.magnitude < UInt(powersOfFive.count) else { return nil }
    let power = powersOfFive[Int(exponent.magnitude)]
    if exponent >= 0 {
      let (high, low) = mantissa.multipliedFullWidth(by: power)
      guard high > 0 else { return rounded(low, isInexact: false, exponent: exponent) }
      let shift = high.leadingZeroBitCount
      // A shift by 64 gives 0 in Swift, so none at all is no special case.
      let top = high << shift | low >> (64 - shift)
      return rounded(top, isInexact: low << shift != 0, exponent: exponent + 64 - shift)
    }
    let divisorShift = power.leadingZeroBitCount
    let shift = mantissa.leadingZeroBitCount
    let numerator = mantissa << shift
    let divisor = power << divisorShift
    let (quotient, remainder) = divisor.dividingFullWidth((numerator >> 1, numerator << 63))
    return rounded(
      quotient, isInexact: remainder != 0, exponent: exponent - 63 + divisorShift - shift)
  }

  /// `integer` (not 0), plus a part below one where `isInexact`, times two to `exponent`.
  private static func rounded(_ integer: UInt64, isInexact: Bool, exponent: Int) -> Double {
    let shift = integer.leadingZeroBitCount
    let aligned = integer << shift
    var kept = aligned >> 11
    let rest = aligned & 0x7ff
    if rest > 0x400 || rest == 0x400 && (isInexact || kept & 1 == 1) { kept += 1 }
    // The leading bit of `kept` adds one to the exponent field, and so does a carry.
    let field = UInt64(exponent - shift + 11 + 1074)
    return Double(bitPattern: field << 52 &+ kept)
  }

  /// What `strtod` makes of `bytes[range]`, which the caller has found to be a decimal number.
  private static func fallback(
    _ bytes: borrowing Span<UInt8>, _ range: Range<Int>, _ point: UInt8
  ) -> Double {
    var text: [CChar] = []
    text.reserveCapacity(range.count + 1)
    for index in range {
      text.append(CChar(bitPattern: bytes[index] == point ? UInt8(ascii: ".") : bytes[index]))
    }
    text.append(0)
    return unsafe text.withUnsafeBufferPointer { buffer in
      unsafe buffer.baseAddress.map { unsafe strtod($0, nil) } ?? .nan
    }
  }

  /// 5⁰ … 5²⁷, all that 64 bits hold.
  private static let powersOfFive: [UInt64] = (0...27).map { exponent in
    (0..<exponent).reduce(UInt64(1)) { power, _ in power * 5 }
  }
}
