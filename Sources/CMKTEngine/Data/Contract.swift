package import CMKTFormat

extension ModalityContract {
  /// What `modality`, called `name`, promises to a model.
  package init(name: String, modality: Modality) {
    self.init(
      name: name, level: modality.level.description, featureNames: modality.featureNames,
      hopSeconds: modality.hopSeconds, extractor: modality.extractor, units: modality.units)
  }

  /// How `modality` differs from this contract: one line for each field, none where it fits.
  package func differences(from modality: Modality) -> [String] {
    var lines: [String] = []
    func note(_ field: String, _ expected: String, _ found: String) {
      lines.append("\(field) should be \(expected), is \(found)")
    }
    if modality.level.description != level { note("level", level, "\(modality.level)") }
    if modality.featureNames.count != featureNames.count {
      note("feature count", "\(featureNames.count)", "\(modality.featureNames.count)")
    } else {
      let wrong = featureNames.indices.filter { featureNames[$0] != modality.featureNames[$0] }
      if let first = wrong.first {
        note("feature \(first)", "'\(featureNames[first])'", "'\(modality.featureNames[first])'")
        if wrong.count > 1 { lines.append("and \(wrong.count - 1) more feature names differ") }
      }
    }
    if !isSameHop(modality.hopSeconds) {
      note("hop", Self.seconds(hopSeconds), Self.seconds(modality.hopSeconds))
    }
    // What is not known cannot differ.
    if !extractor.isEmpty, !modality.extractor.isEmpty, extractor != modality.extractor {
      note("extractor", "'\(extractor)'", "'\(modality.extractor)'")
    }
    if !units.isEmpty, !modality.units.isEmpty, units != modality.units {
      note("units", "'\(units)'", "'\(modality.units)'")
    }
    return lines
  }

  private func isSameHop(_ other: Double?) -> Bool {
    guard let hopSeconds, let other else { return hopSeconds == other }
    return abs(hopSeconds - other) <= 1e-6 * max(abs(hopSeconds), abs(other))
  }

  private static func seconds(_ value: Double?) -> String {
    value.map { "\($0) s" } ?? "unknown"
  }
}
