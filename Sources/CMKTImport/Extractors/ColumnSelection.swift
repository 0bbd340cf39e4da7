import Codecs

/// Columns chosen by `--columns`: names, or ranges of names or of positions counted from 1.
enum ColumnSelection {
  /// The columns of `table` that `items` choose, in the order of the table.
  ///
  /// - Throws: `ImportFailure.unknownName`.
  static func columns(_ items: [String], of table: TextTable) throws(ImportFailure) -> Set<Int> {
    var chosen: Set<Int> = []
    for item in items {
      guard let range = range(item, of: table) else {
        throw .unknownName(kind: "column", name: item, known: table.columns.map(\.name))
      }
      chosen.formUnion(range)
    }
    return chosen
  }

  /// What one item chooses; a name that holds a hyphen comes before a range.
  private static func range(_ item: String, of table: TextTable) -> ClosedRange<Int>? {
    if let column = position(item[...], of: table) { return column...column }
    for hyphen in item.indices where item[hyphen] == "-" {
      guard let first = position(item[..<hyphen], of: table),
        let last = position(item[item.index(after: hyphen)...], of: table), first <= last
      else { continue }
      return first...last
    }
    return nil
  }

  private static func position(_ text: Substring, of table: TextTable) -> Int? {
    if let column = table.column(String(text)) { return column }
    guard let number = Int(text), (1...table.columns.count).contains(number) else { return nil }
    return number - 1
  }
}
