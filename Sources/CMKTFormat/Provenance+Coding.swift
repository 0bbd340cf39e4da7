import HDF5

extension Provenance {
  /// Writes the three tables, a dataset per column.
  func encode(into document: inout Document) {
    let path = "/provenance"
    document.add(sources.map(\.name), at: path + "/sources/name")
    document.add(sources.map(\.sha256), at: path + "/sources/sha256")
    document.add(sources.map(\.byteCount), at: path + "/sources/byte_count")
    document.add(sources.map(\.format), at: path + "/sources/format")
    document.add(steps.map(\.tool), at: path + "/steps/tool")
    document.add(steps.map(\.version), at: path + "/steps/version")
    document.add(steps.map(\.command), at: path + "/steps/command")
    document.add(ledger.map(\.stage), at: path + "/ledger/stage")
    document.add(ledger.map(\.modality), at: path + "/ledger/modality")
    document.add(ledger.map(\.unit), at: path + "/ledger/unit")
    document.add(ledger.map(\.action), at: path + "/ledger/action")
    document.add(ledger.map(\.reason), at: path + "/ledger/reason")
    document.add(ledger.map(\.count), at: path + "/ledger/count")
    document.add(ledger.map(\.examples), at: path + "/ledger/examples")
    guard !originalIDs.isEmpty else { return }
    document.add(originalIDs.map(\.id), at: path + "/ids/id")
    document.add(originalIDs.map(\.original), at: path + "/ids/original")
  }

  /// Reads the three tables of a file of sound structure.
  init(decoding content: inout FileContent) throws(HDF5Failure) {
    let path = "/provenance"
    let digests = try content.strings(path + "/sources/sha256")
    let byteCounts = try content.integers(path + "/sources/byte_count")
    let formats = try content.strings(path + "/sources/format")
    for (row, name) in try content.strings(path + "/sources/name").enumerated() {
      sources.append(
        Source(
          name: name, sha256: digests[row], byteCount: byteCounts[row], format: formats[row]))
    }
    if content.has(path + "/ids") {
      let originals = try content.strings(path + "/ids/original")
      for (row, id) in try content.strings(path + "/ids/id").enumerated() {
        originalIDs.append(OriginalID(id: id, original: originals[row]))
      }
    }
    let versions = try content.strings(path + "/steps/version")
    let commands = try content.strings(path + "/steps/command")
    for (row, tool) in try content.strings(path + "/steps/tool").enumerated() {
      steps.append(ProvenanceStep(tool: tool, version: versions[row], command: commands[row]))
    }
    let modalities = try content.strings(path + "/ledger/modality")
    let units = try content.strings(path + "/ledger/unit")
    let actions = try content.strings(path + "/ledger/action")
    let reasons = try content.strings(path + "/ledger/reason")
    let counts = try content.integers(path + "/ledger/count")
    let examples = try content.strings(path + "/ledger/examples")
    for (row, stage) in try content.strings(path + "/ledger/stage").enumerated() {
      ledger.append(
        LedgerRow(
          stage: stage, modality: modalities[row], unit: units[row], action: actions[row],
          reason: reasons[row], count: counts[row], examples: examples[row]))
    }
  }
}
