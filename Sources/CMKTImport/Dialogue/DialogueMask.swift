/// Which frames, or values, of a padded array the source calls valid.
struct DialogueMask {
  private let flags: [Bool]
  /// 1, or the number of features.
  private let width: Int

  /// Everything is valid.
  init() {
    flags = []
    width = 1
  }

  init(_ flags: [Bool], width: Int) {
    self.flags = flags
    self.width = width
  }

  /// The flags of row `row`, one for all its values or one per value; nil where all are valid.
  func flags(of row: Int) -> ArraySlice<Bool>? {
    flags.isEmpty ? nil : flags[(row * width)..<((row + 1) * width)]
  }

  /// How many of the `featureCount` values of row `row` are not valid.
  func maskedCount(of row: Int, featureCount: Int) -> Int {
    (flags(of: row)?.count { !$0 } ?? 0) * (width == 1 ? featureCount : 1)
  }
}
