/// Rows of a dataset: from `begin` on, and before `end` where there is one.
package struct RowRange: Sendable, Equatable {
  package let begin: Int
  /// Nil for all that follow.
  package let end: Int?

  package init(begin: Int, end: Int?) {
    self.begin = begin
    self.end = end
  }

  package static let all = RowRange(begin: 0, end: nil)

  /// `N` for the first N rows, or `A:B` for A, A + 1, … B − 1, either of which may be left out.
  ///
  /// Nil where `text` is neither.
  package init?(_ text: String) {
    guard text.contains(":") else {
      guard let count = Int(text), count >= 0 else { return nil }
      self.init(begin: 0, end: count)
      return
    }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let begin = parts[0].isEmpty ? 0 : Int(parts[0])
    let end = parts[1].isEmpty ? nil : Int(parts[1])
    guard let begin, begin >= 0, parts[1].isEmpty || (end ?? -1) >= begin else { return nil }
    self.init(begin: begin, end: end)
  }

  /// The rows that a dataset of `rowCount` rows has of these.
  func rows(of rowCount: Int) -> Range<Int> {
    let first = min(begin, rowCount)
    return first..<max(first, min(end ?? rowCount, rowCount))
  }
}
