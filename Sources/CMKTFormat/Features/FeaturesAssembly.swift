import Codecs
import HDF5

/// A features file whose modalities may have their rows outside memory.
///
/// What it writes equals, byte for byte, what `FeaturesFile` writes with the same content.
package struct FeaturesAssembly: Sendable {
  /// Everything else, and the descriptions of the stored modalities: these have no rows here.
  package var skeleton: FeaturesFile
  /// The rows of such modalities, by name.
  package var stored: [String: StoredModality] = [:]

  /// An assembly of what is in memory.
  ///
  /// - Precondition: no modality has its rows outside; those that are stored are added.
  package init(skeleton: FeaturesFile) {
    precondition(skeleton.outside.isEmpty, "rows that are not here cannot be written")
    self.skeleton = skeleton
  }

  /// Adds the modality `name`: the rows `rows` under `description`, which has none.
  ///
  /// - Precondition: both have as many features.
  package mutating func add(_ name: String, _ description: Modality, rows: StoredModality) {
    precondition(description.rowCount == 0 && description.featureCount == rows.featureCount)
    skeleton.modalities[name] = description
    stored[name] = rows
  }

  /// Checks the content and saves it as `path`, atomically and durably, in bounded memory.
  ///
  /// - Parameters:
  ///   - replacing: whether a file that exists may be replaced.
  ///   - compression: deflate level 1…9, or 0 for none.
  ///   - threads: how many compute and compress; the bytes do not depend on it.
  /// - Returns: the root digests.
  /// - Throws: `invalid` where the content is against the specification; `exists`,
  ///   `cannotCreate`, `notSaved`, `hdf5`.
  @discardableResult
  package func write(
    to path: String, replacing: Bool, compression: Int = 0, threads: Int = processorCount
  ) throws(FormatFailure) -> FileDigests {
    try DocumentFile.save(
      try document(named: path, threads: threads), kind: .features, to: path,
      replacing: replacing, compression: compression, threads: threads)
  }

  /// The content as a document, checked, with statistics and without digests.
  ///
  /// - Parameter path: what failures call it.
  /// - Throws: `invalid`, and `notSaved` where rows cannot be had.
  package func document(
    named path: String, threads: Int = processorCount
  ) throws(FormatFailure) -> Document {
    for (name, rows) in stored { check(rows, name) }
    let modalities = skeleton.modalities.sortedByName
    let computed: [(ColumnStatistics, Finding?)]
    do throws(ScratchFailure) {
      computed = try parallelMap(modalities.count, threads: threads) {
        (index) throws(ScratchFailure) in
        try statistics(of: modalities[index].key, modalities[index].value)
      }
    } catch {
      throw .notSaved(file: path, reason: error.description)
    }
    let findings =
      FeaturesChecks.findings(in: skeleton, storedRowCounts: stored.mapValues(\.rowCount))
      + computed.compactMap(\.1)
    try refuseErrors(findings, path)
    var document = skeleton.documentWithoutModalities
    for ((name, description), (statistics, _)) in zip(modalities, computed) {
      encode(name, description, into: &document)
      statistics.encode(at: "/statistics/\(name)", into: &document)
    }
    return document
  }

  private func check(_ rows: StoredModality, _ name: String) {
    let valueCount = rows.rowCount * rows.featureCount
    precondition(rows.values.count == valueCount, "\(name): values and validity do not match")
    if case .elements(let flags) = rows.flags {
      precondition(flags.count == valueCount, "\(name): values and validity do not match")
    }
  }

  /// The statistics of modality `name`, and the first of its stored values that is not finite.
  private func statistics(
    of name: String, _ description: Modality
  ) throws(ScratchFailure) -> (ColumnStatistics, Finding?) {
    guard let rows = stored[name] else { return (ColumnStatistics(of: description), nil) }
    var finding: Finding?
    let statistics = try ColumnStatistics(of: rows) { firstRow, values in
      guard finding == nil, let index = values.firstIndex(where: { !$0.isFinite }) else { return }
      finding = FeaturesChecks.notFinite(
        values[index], firstRow * rows.featureCount + index, columns: rows.featureCount,
        at: "/modalities/\(name)/values")
    }
    return (statistics, finding)
  }

  private func encode(
    _ name: String, _ description: Modality, into document: inout Document
  ) {
    let path = "/modalities/\(name)"
    guard let rows = stored[name] else {
      skeleton.encode(description, at: path, into: &document)
      return
    }
    skeleton.encodeDescription(of: description, at: path, into: &document)
    let shape = [rows.rowCount, rows.featureCount]
    document.addDataset(
      path + "/values", type: .float32, shape: shape, payload: .stored(rows.values))
    switch rows.flags {
    case .rows(let flags):
      document.addDataset(
        path + "/valid", type: .uint8, shape: [shape[0]], payload: .stored(flags))
    case .elements(let flags):
      document.addDataset(path + "/valid", type: .uint8, shape: shape, payload: .stored(flags))
    }
  }
}
