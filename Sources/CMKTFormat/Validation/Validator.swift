import Codecs
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
  /// Checks structure, values and digests of the file at `path`; one modality at a time is in
  /// memory.
  ///
  /// Values are looked at where the structure has no error, since they could not be read
  /// otherwise; digests always. What cannot be read is a finding, and the rest is looked at.
  ///
  /// - Parameters:
  ///   - featuresPath: the features that trained the model at `path`; nil where unknown.
  ///   - memory: the most bytes of rows to hold; larger modalities are kept in a temporary file.
  /// - Throws: where a file cannot be opened or is not one of ours.
  package static func validate(
    _ path: String, trainedOn featuresPath: String? = nil, threads: Int = processorCount,
    memory: RowMemory? = nil
  ) throws(FormatFailure) -> ValidationReport {
    var features: FeaturesFile?
    if let featuresPath {
      let reader = try FeaturesReader(path: featuresPath)
      reader.close()
      features = reader.outline.file
    }
    return try report(
      path, values: ValueChecks(features: features, threads: threads, memory: memory))
  }

  /// Checks the digests of the file at `path` alone.
  ///
  /// - Throws: where the file cannot be opened or is not one of ours.
  package static func verify(_ path: String) throws(FormatFailure) -> ValidationReport {
    try report(path, values: nil)
  }

  private static func report(
    _ path: String, values: ValueChecks?
  ) throws(FormatFailure) -> ValidationReport {
    var opened = try OpenedFile(path: path)
    defer { opened.content.reader.close() }
    let reader = TolerantReader(opened.content.reader)
    opened.content = FileContent(reader: reader, inventory: opened.content.inventory)
    var findings = values == nil ? [] : opened.structureFindings
    let isSound = !opened.structureFindings.contains { $0.severity == .error }
    let digests = try unwrapping { () throws(HDF5Failure) -> FileDigests? in
      if let values, isSound { findings += try values.findings(in: &opened) }
      opened.content.findings = []
      guard opened.content.has("/digests/path"), opened.content.has("/digests/sha256") else {
        findings.append(Finding(.digestList, "/digests", "expected digests, found none"))
        return nil
      }
      let digests = try DigestChecks.verify(&opened.content) { _ in true }
      findings += opened.content.findings
      return digests
    }
    return ValidationReport(
      kind: opened.kind, findings: withoutConsequences(findings, of: reader.damaged),
      digests: digests)
  }

  /// `findings`, those that follow from damage replaced by the damage itself.
  private static func withoutConsequences(
    _ findings: [Finding], of damaged: [String: String]
  ) -> [Finding] {
    let statistics = damaged.keys.compactMap { path -> String? in
      let components = path.split(separator: "/")
      return components.count == 3 && components[0] == "modalities"
        ? "/statistics/\(components[1])" : nil
    }
    let places = Set(damaged.keys).union(statistics)
    return findings.filter { !places.contains($0.path) }
      + damaged.sorted { precedesInByteOrder($0.key, $1.key) }.map { path, reason in
        Finding(.unreadable, path, "expected values, found damage: HDF5 says \(reason)")
      }
  }
}

/// The checks of what stands in a file of sound structure.
struct ValueChecks {
  /// What trained the model that is looked at, without rows.
  let features: FeaturesFile?
  let threads: Int
  let memory: RowMemory?

  func findings(in opened: inout OpenedFile) throws(HDF5Failure) -> [Finding] {
    switch opened.kind {
    case .features: return try featuresFindings(in: &opened.content)
    case .model:
      let file = try ModelFile(decoding: &opened.content)
      let findings = opened.content.findings + (file.map(ModelChecks.findings(in:)) ?? [])
      guard let file, !findings.contains(where: { $0.severity == .error }) else { return findings }
      return findings + ModelLints.findings(in: file, trainedOn: features)
    }
  }

  /// Rules without which rows cannot be told apart.
  private static let rulesOfRows: Set<RuleID> = [
    .offsets, .segmentNesting, .level, .rowCount, .ownAxis, .classCount,
  ]

  private func featuresFindings(
    in content: inout FileContent
  ) throws(HDF5Failure) -> [Finding] {
    let file = try FeaturesFile(decoding: &content, rows: false)
    var rowCounts: [String: Int] = [:]
    for name in file.modalities.keys {
      rowCounts[name] = content.shape("/modalities/\(name)/values").first
    }
    var findings =
      content.findings + FeaturesChecks.findings(in: file, storedRowCounts: rowCounts)
    let isOrdered = !findings.contains { Self.rulesOfRows.contains($0.rule) }
    var lints = FeaturesLints(file)
    for (name, modality) in file.modalities.sortedByName {
      let path = "/modalities/\(name)"
      content.findings = []
      let columns = try ColumnValues(decoding: &content, at: path, memory: memory)
      findings += content.findings
      if let odd = columns.firstNotFinite {
        findings.append(
          FeaturesChecks.notFinite(
            odd.value, odd.index, columns: columns.columnCount, at: path + "/values"))
      }
      let profiles: [ColumnProfile]
      do throws(ScratchFailure) {
        profiles = try ColumnProfile.profiles(of: columns, threads: threads)
        if isOrdered { try lints.check(columns, profiles, of: modality, name) }
      } catch {
        throw HDF5Failure(error, at: path)
      }
      findings += try StatisticsChecks.findings(profiles, of: name, content)
    }
    if isOrdered { for (name, target) in file.targets.sortedByName { lints.check(target, name) } }
    return findings + lints.findings
  }
}

/// Compares the statistics in a file with those of its values.
enum StatisticsChecks {
  static func findings(
    _ profiles: [ColumnProfile], of name: String, _ content: FileContent
  ) throws(HDF5Failure) -> [Finding] {
    let path = "/statistics/\(name)"
    guard content.has(path) else {
      return [Finding(.statistics, path, "expected statistics, found none")]
    }
    let stated = try ColumnStatistics(decoding: content, at: path)
    if profiles.contains(where: { $0.notFiniteCount > 0 })
      || stated.isClose(to: ColumnStatistics(profiles))
    {
      return []
    }
    return [Finding(.statistics, path, "expected the statistics of the values, found others")]
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
