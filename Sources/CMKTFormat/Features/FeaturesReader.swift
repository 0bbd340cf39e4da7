import HDF5

/// What a features file holds but its payload, checked and verified.
package struct FeaturesOutline: Sendable {
  /// Modalities and ratings have no rows, and there are neither intervals nor texts.
  package let file: FeaturesFile
  /// The number of rows of each modality.
  package let rowCounts: [String: Int]
  package let statistics: [String: ColumnStatistics]
  /// As the file states them; they follow from its list of digests.
  package let digests: FileDigests
  /// Objects whose digest was recomputed, and all that have one.
  package let verifiedObjectCount: Int
  package let objectCount: Int
}

/// Reads a features file a part at a time.
package struct FeaturesReader: Sendable {
  package let outline: FeaturesOutline
  private let path: String
  private let content: FileContent

  /// Opens the file at `path`, reads all but its payload, and verifies what it reads.
  ///
  /// - Throws: what is wrong with the file; `invalid` holds all findings.
  package init(path: String) throws(FormatFailure) {
    var opened = try OpenedFile(path: path, expected: .features)
    do throws(FormatFailure) {
      try opened.refuseErrors()
      outline = try Self.outline(of: &opened)
    } catch {
      opened.content.reader.close()
      throw error
    }
    self.path = path
    content = opened.content
  }

  package func close() { content.reader.close() }

  /// The rows of modality `name`, verified; nil where there is none.
  ///
  /// Memory holds one copy of them, or with `memory` none of those that are larger. Values that are not finite are handed on.
  ///
  /// - Throws: `hdf5`; `invalid` where they are not what was written.
  package func columns(
    of name: String, memory: RowMemory? = nil
  ) throws(FormatFailure) -> ColumnValues? {
    let place = "/modalities/\(name)"
    guard outline.file.modalities[name] != nil else { return nil }
    var content = content
    let columns = try unwrapping { () throws(HDF5Failure) in
      _ = try DigestChecks.verify(&content) { isWithin($0, place) }
      return try ColumnValues(decoding: &content, at: place, memory: memory)
    }
    try refuseErrors(content.findings, path)
    return columns
  }

  private static func outline(of opened: inout OpenedFile) throws(FormatFailure) -> FeaturesOutline
  {
    let all = opened.content.inventory.objects.map(\.path).filter { !isWithin($0, "/digests") }
    let outline = try unwrapping { () throws(HDF5Failure) in
      let reader = DigestingReader(opened.content.reader)
      var content = FileContent(reader: reader, inventory: opened.content.inventory)
      let file = try FeaturesFile(decoding: &content, rows: false, details: false)
      var rowCounts: [String: Int] = [:]
      var statistics: [String: ColumnStatistics] = [:]
      for name in file.modalities.keys {
        rowCounts[name] = content.shape("/modalities/\(name)/values").first
        guard content.has("/statistics/\(name)") else { continue }
        statistics[name] = try ColumnStatistics(
          decoding: content, at: "/statistics/\(name)")
      }
      let digests = try DigestChecks.verify(&content, known: reader.found) { !isPayload($0) }
      opened.content.findings = content.findings
      return FeaturesOutline(
        file: file, rowCounts: rowCounts, statistics: statistics, digests: digests,
        verifiedObjectCount: all.count { !isPayload($0) }, objectCount: all.count)
    }
    try opened.refuseErrors(
      opened.content.findings
        + FeaturesChecks.findings(
          in: outline.file, storedRowCounts: outline.rowCounts, hasDetails: false))
    return outline
  }

  /// Whether the dataset at `path` is as long as the data, and no part of an outline.
  private static func isPayload(_ path: String) -> Bool {
    if isWithin(path, "/annotations") || isWithin(path, "/extensions") { return true }
    if path.hasSuffix("/interval") || path.contains("/raters/") {
      return !path.hasSuffix("/raters/names")
    }
    return isWithin(path, "/modalities")
      && (path.hasSuffix("/values") || path.hasSuffix("/valid"))
      && path.split(separator: "/").count == 3
  }
}
