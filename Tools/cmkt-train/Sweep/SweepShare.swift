import ToolSupport

/// The cells of one worker among several: every n-th.
struct SweepShare: Sendable {
  private let remainder: Int
  private let divisor: Int

  /// Every cell.
  static let all = SweepShare(remainder: 0, divisor: 1)

  private init(remainder: Int, divisor: Int) {
    self.remainder = remainder
    self.divisor = divisor
  }

  /// The share that `--cell` names, such as `3/8`; all cells without one.
  ///
  /// - Throws: exit code 64 for anything else.
  init(_ text: String?) throws(ToolFailure) {
    guard let text else {
      self = .all
      return
    }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let place = parts[0], let count = parts[1], count >= 1,
      (1...count).contains(place)
    else { throw .usage("--cell takes a share such as 3/8, from 1/8 to 8/8, not '\(text)'") }
    self.init(remainder: place - 1, divisor: count)
  }

  func contains(_ number: Int) -> Bool { number % divisor == remainder }
}
