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

  /// The flags of row `row`: one for all its values, or one per value.
  func flags(of row: Int) -> [Bool] {
    flags.isEmpty ? [true] : Array(flags[(row * width)..<((row + 1) * width)])
  }
}
