import Codecs

extension TableFamily {
  /// Tables with a header and no layout that is known here.
  static let generic = TableFamily(name: "table", modality: nil, takesAny: true) { table in
    table.hasNames && table.columns.count > 0
  } layout: { (table, options, source) throws(ImportFailure) in
    var layout = TableLayout()
    layout.time = try timeColumn(of: table, options)
    layout.timeUnitSeconds = options.table.timeUnit.seconds
    layout.maximumGapSeconds = options.table.maximumGapSeconds
    layout.missingValue = options.table.missingValue
    layout.anchor = layout.time == nil ? "" : "start"
    // What is a leak among features is what labels are.
    let areLabels = options.name == "labels"
    let contents = try ColumnContent.all(
      of: table, missing: layout.missingValue, takesNominal: areLabels, source)
    let chosen = try ColumnSelection.columns(options.table.columns, of: table)
    let texts = instanceNames.lazy.compactMap { table.column($0) }.filter { !contents[$0].isNumber }
    let numbers = idNames.compactMap { table.column($0) }
      .filter { contents[$0] == .wholeNumbers && !chosen.contains($0) }
    layout.instance = texts.first ?? numbers.first
    layout.hasNumberedInstances = texts.isEmpty && !numbers.isEmpty
    let others = Set(layout.guides).union(numbers)
      .union((areLabels ? rowNames : rowNames + labelNames).compactMap { table.column($0) })
    layout.features = table.columns.indices.filter { index in
      contents[index].isNumber && !others.contains(index) && !table.columns[index].name.isEmpty
    }
    let named = Set((instanceNames + idNames).flatMap { table.columns(named: $0) })
    for (index, content) in contents.enumerated() where !named.contains(index) {
      guard case .text(let cell, let line) = content else { continue }
      layout.leftOut.append(TableLayout.LeftOut(column: index, line: line, cell: cell))
    }
    return layout
  }

  private static let timeNames = ["time", "timestamp", "frametime"]
  private static let instanceNames = [
    "name", "id", "Instance_name", "recording", "video", "video_id", "file", "filename", "segment",
    "utterance",
  ]
  /// Columns of these names have ids in them even where these are whole numbers.
  private static let idNames = [
    "recording", "video_id", "video", "id", "name", "file", "participant", "subject",
  ]
  private static let rowNames = ["frameIndex"]
  private static let labelNames = ["class"]

  private static func timeColumn(
    of table: TextTable, _ options: ReadingOptions
  ) throws(ImportFailure) -> Int? {
    guard let wanted = options.table.timeColumn else { return table.column(anyOf: timeNames) }
    guard let column = table.column(wanted) else {
      throw .unknownName(kind: "column", name: wanted, known: table.columns.map(\.name))
    }
    return column
  }
}

/// What the cells of a column are, as declared, or as the first rows show.
private enum ColumnContent: Equatable {
  /// Digits and nothing else.
  case wholeNumbers
  case numbers
  /// Strings and nominal values, as the table declares.
  case declared
  /// A cell that is no number, and its line.
  case text(String, line: Int)

  /// How many rows are looked at.
  private static let sampleCount = 256

  var isNumber: Bool { self == .numbers || self == .wholeNumbers }

  static func all(
    of table: TextTable, missing: String?, takesNominal: Bool, _ source: String
  ) throws(ImportFailure) -> [ColumnContent] {
    var contents = table.columns.map { column -> ColumnContent in
      switch column.kind {
      case .number, .undeclared: .numbers
      case .text: .declared
      case .nominal(let values):
        takesNominal && values.allSatisfy { DecimalNumber.parse($0) != nil } ? .numbers : .declared
      }
    }
    var areDigits = [Bool?](repeating: nil, count: contents.count)
    do throws(CodecFailure) {
      var rows = try table.rows(numbers: [], texts: Array(table.columns.indices))
      var count = 0
      while count < sampleCount, try rows.next() {
        count += 1
        for (column, cell) in rows.texts.enumerated() where contents[column] == .numbers {
          if !table.isNumber(cell), cell != missing {
            contents[column] = .text(cell, line: rows.line)
          } else if DecimalNumber.parse(cell, point: table.dialect.point) != nil, cell != missing {
            let isWhole = cell.utf8.allSatisfy { (0x30...0x39).contains($0) }
            areDigits[column] = isWhole && areDigits[column] ?? true
          }
        }
      }
    } catch {
      throw ImportFailure(error, source: source)
    }
    for (column, isWhole) in areDigits.enumerated()
    where isWhole == true && contents[column] == .numbers {
      contents[column] = .wholeNumbers
    }
    return contents
  }
}
