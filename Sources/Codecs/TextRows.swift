/// The rows of a table, one after the other.
///
/// `next` moves to a row; `numbers`, `texts` and `line` then tell what stands in it.
package struct TextRows {
  /// The cells of the row that were asked for as numbers; a missing one is NaN.
  package private(set) var numbers: [Double]
  /// The cells of the row that were asked for as texts; a missing one is empty.
  package private(set) var texts: [String]
  /// The line of the row, counted from 1.
  package private(set) var line: Int
  /// Whether a text of any row so far was no UTF-8; such texts are taken for Windows-1252.
  package private(set) var isForeign = false

  private var blocks: TextBlocks
  private var following: Int
  private let scanner: TextRowScanner

  init(
    _ table: TextTable, _ blocks: TextBlocks, line: Int, numbers: [Int], texts: [Int],
    missing: Set<String>
  ) {
    self.blocks = blocks
    self.numbers = [Double](repeating: .nan, count: numbers.count)
    self.texts = [String](repeating: "", count: texts.count)
    self.line = line
    following = line
    scanner = TextRowScanner(table, numbers: numbers, texts: texts, missing: missing)
  }

  /// Where the next row is looked for.
  package var place: TextPlace {
    TextPlace(offset: blocks.origin + blocks.position, line: following)
  }

  /// Moves to the next row, past empty lines and remarks; false at the end.
  ///
  /// - Throws: `CodecFailure.malformed` with the line for a row of another length, a cell that is
  ///   no number, or a quote that is not closed; `unreadable`.
  package mutating func next() throws(CodecFailure) -> Bool {
    while true {
      let place = TextRowScanner.Place(
        start: blocks.position, line: following, isLast: blocks.isLast)
      switch try scan(from: place) {
      case .row(let end, let first, let next, let isForeignRow):
        isForeign = isForeign || isForeignRow
        blocks.position = end
        line = first
        following = next
        return true
      case .end:
        blocks.position = blocks.bytes.count
        return false
      case .incomplete:
        try blocks.slide()
      }
    }
  }

  private mutating func scan(
    from place: TextRowScanner.Place
  ) throws(CodecFailure) -> TextRowScanner.Outcome {
    let window = blocks.bytes
    return try scanner.scan(window.span, from: place, &numbers, &texts)
  }
}
