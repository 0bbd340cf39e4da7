/// Names for columns that a source leaves unnamed.
enum ColumnNames {
  /// `audio_000`, `audio_001`, and so on, with more digits where there are more columns.
  static func numbered(_ name: String, count: Int) -> [String] {
    let width = max(3, String(max(0, count - 1)).count)
    return (0..<count).map { column in
      let digits = String(column)
      return "\(name)_" + String(repeating: "0", count: width - digits.count) + digits
    }
  }

  /// Whether `names` tell no more than places: `x0`, `x1`, … or `0`, `1`, ….
  static func onlyNumber(_ names: [String]) -> Bool {
    guard let first = names.first, first.hasSuffix("0") else { return false }
    let prefix = first.prefix(first.count - first.reversed().prefix { $0.isNumber }.count)
    return names.enumerated().allSatisfy { column, name in
      name.hasPrefix(prefix) && Int(name.dropFirst(prefix.count)) == column
    }
  }
}
