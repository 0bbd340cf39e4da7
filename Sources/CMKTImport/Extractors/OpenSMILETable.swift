import Codecs

extension TableFamily {
  /// Tables of openSMILE: ARFF, and CSV with `;`.
  static let openSMILE = TableFamily(name: "opensmile", modality: "audio") { table in
    guard table.column(anyOf: instanceNames) == 0 else { return false }
    let hasTime = table.column("frameTime") != nil || table.column("frameIndex") != nil
    let isDescribed = table.columns.contains { column in
      ["_sma", "pcm_", "F0", "mfcc", "loudness", "jitter", "shimmer"].contains { part in
        column.name.contains(part)
      }
    }
    return hasTime || isDescribed
  } layout: { (table, options, _) throws(ImportFailure) in
    var layout = TableLayout()
    layout.extractor = "openSMILE"
    layout.instance = table.column(anyOf: instanceNames)
    layout.time = table.column("frameTime")
    layout.windowLength = table.column("frameLength")
    layout.anchor = layout.time == nil ? "" : "start"
    layout.isSteady = true
    let others = Set([table.column("frameIndex"), table.column("class")].compactMap { $0 })
      .union(layout.guides)
    layout.features = table.columns.indices.filter { index in
      !others.contains(index) && [.number, .undeclared].contains(table.columns[index].kind)
    }
    layout.missingValue = options.table.missingValue
    return layout
  }

  private static let instanceNames = ["name", "Instance_name"]
}
