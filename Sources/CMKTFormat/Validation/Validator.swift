import HDF5

/// All that is wrong with a file.
package struct ValidationReport: Sendable {
  package let kind: FileKind
  /// Structure first, then values, then digests.
  package let findings: [Finding]
  /// As the file states them.
  package let digests: FileDigests?
}

/// Checks files against every rule; nothing stops at the first finding.
package enum Validator {
  /// Checks structure, values and digests of the file at `path`.
  ///
  /// Values are looked at where the structure has no error, since they could not be read
  /// otherwise; digests always.
  ///
  /// - Throws: where the file cannot be opened or is not one of ours.
  package static func validate(_ path: String) throws(FormatFailure) -> ValidationReport {
    try report(path, includingValues: true)
  }

  /// Checks the digests of the file at `path` alone.
  ///
  /// - Throws: where the file cannot be opened or is not one of ours.
  package static func verify(_ path: String) throws(FormatFailure) -> ValidationReport {
    try report(path, includingValues: false)
  }

  private static func report(
    _ path: String, includingValues: Bool
  ) throws(FormatFailure) -> ValidationReport {
    var opened = try OpenedFile(path: path)
    defer { opened.content.reader.close() }
    var findings = includingValues ? opened.structureFindings : []
    let isSound = !opened.structureFindings.contains { $0.severity == .error }
    let digests = try unwrapping { () throws(HDF5Failure) -> FileDigests? in
      if includingValues, isSound {
        findings += try valueFindings(in: &opened)
      }
      opened.content.findings = []
      guard opened.content.has("/digests/path"), opened.content.has("/digests/sha256") else {
        findings.append(Finding(.digestList, "/digests", "expected digests, found none"))
        return nil
      }
      let digests = try DigestChecks.verify(&opened.content) { _ in true }
      findings += opened.content.findings
      return digests
    }
    return ValidationReport(kind: opened.kind, findings: findings, digests: digests)
  }

  private static func valueFindings(
    in opened: inout OpenedFile
  ) throws(HDF5Failure) -> [Finding] {
    switch opened.kind {
    case .features:
      let file = try FeaturesFile(decoding: &opened.content)
      let findings = opened.content.findings
      return findings + FeaturesChecks.findings(in: file)
        + (try StatisticsChecks.findings(in: file, opened.content))
    case .model:
      let file = try ModelFile(decoding: &opened.content)
      return opened.content.findings + (file.map(ModelChecks.findings(in:)) ?? [])
    }
  }
}

/// Compares the statistics in a file with those of its values.
enum StatisticsChecks {
  static func findings(
    in file: FeaturesFile, _ content: FileContent
  ) throws(HDF5Failure) -> [Finding] {
    var findings: [Finding] = []
    for (name, modality) in file.modalities.sortedByName {
      let path = "/statistics/\(name)"
      guard content.has(path) else {
        findings.append(Finding(.statistics, path, "expected statistics, found none"))
        continue
      }
      let stated = try ColumnStatistics(decoding: content, at: path)
      if !stated.isClose(to: ColumnStatistics(of: modality)) {
        findings.append(
          Finding(.statistics, path, "expected the statistics of the values, found others"))
      }
    }
    return findings
  }
}

extension ColumnStatistics {
  /// Whether all numbers agree to nine digits or so: sums may be taken in another order.
  fileprivate func isClose(to other: ColumnStatistics) -> Bool {
    guard count == other.count, minimum == other.minimum, maximum == other.maximum,
      mean.count == other.mean.count,
      standardDeviation.count == other.standardDeviation.count
    else { return false }
    return mean.indices.allSatisfy { column in
      let size = abs(other.mean[column]) + other.standardDeviation[column]
      let tolerance = 1e-9 * size + 1e-12
      return abs(mean[column] - other.mean[column]) <= tolerance
        && abs(standardDeviation[column] - other.standardDeviation[column]) <= tolerance
    }
  }
}
