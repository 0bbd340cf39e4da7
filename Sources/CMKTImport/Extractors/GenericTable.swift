import Codecs

extension TableFamily {
  /// Tables with a header and no layout that is known here.
  static let generic = TableFamily(name: "table", modality: nil, takesAny: true) { table in
    table.hasNames && table.columns.count > 0
  } layout: { (table, options, source) throws(ImportFailure) in
    var layout = TableLayout()
    if let wanted = options.table.timeColumn {
      guard let column = table.column(wanted) else {
        throw .unknownName(kind: "column", name: wanted, known: table.columns.map(\.name))
      }
      layout.time = column
    } else {
      layout.time = table.column(anyOf: timeNames)
    }
    layout.timeUnitSeconds = options.table.timeUnit.seconds
    layout.maximumGapSeconds = options.table.maximumGapSeconds
    layout.missingValue = options.table.missingValue
    let isNumber = try numericColumns(of: table, layout, source)
    layout.instance = table.column(anyOf: instanceNames).flatMap { isNumber[$0] ? nil : $0 }
    layout.anchor = layout.time == nil ? "" : "start"
    layout.features = table.columns.indices.filter { index in
      isNumber[index] && !layout.guides.contains(index) && !table.columns[index].name.isEmpty
    }
    return layout
  }

  private static let timeNames = ["time", "timestamp", "frametime"]
  private static let instanceNames = [
    "name", "id", "Instance_name", "recording", "video", "video_id", "file", "filename", "segment",
    "utterance",
  ]
  /// How many rows tell whether a column holds numbers.
  private static let sampleCount = 256

  /// Whether each column holds numbers: as declared, or as the first rows show.
  private static func numericColumns(
    of table: TextTable, _ layout: TableLayout, _ source: String
  ) throws(ImportFailure) -> [Bool] {
    var isNumber = table.columns.map { column -> Bool in
      switch column.kind {
      case .number, .undeclared: true
      case .text: false
      case .nominal(let values): values.allSatisfy { DecimalNumber.parse($0) != nil }
      }
    }
    do throws(CodecFailure) {
      var rows = try table.rows(numbers: [], texts: Array(table.columns.indices))
      var count = 0
      while count < sampleCount, try rows.next() {
        count += 1
        for (column, cell) in rows.texts.enumerated() where isNumber[column] {
          isNumber[column] = TextTable.isNumber(cell) || cell == layout.missingValue
        }
      }
    } catch {
      throw ImportFailure(error, source: source)
    }
    return isNumber
  }
}
