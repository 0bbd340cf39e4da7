extension ImportFormat {
  static let openSMILE = table(
    .openSMILE, "openSMILE ARFF or CSV: a table of instances, or a folder with one per recording")
  static let openFace = table(
    .openFace, "OpenFace 1 or 2 CSV, or a folder with one per recording; one face is kept")
  static let facet = table(.facet, "FACET CSV, or a folder with one per recording")
  static let genericTable = table(
    .generic, "CSV, TSV or ARFF with column names, or a folder with one per recording")

  private static func table(_ family: TableFamily, _ summary: String) -> ImportFormat {
    ImportFormat(family.name, summary) { probe in
      TableDump.recognises(family, probe)
    } open: { (probe, options) throws(ImportFailure) in
      try TableDump.open(family, probe, options)
    }
  }
}
