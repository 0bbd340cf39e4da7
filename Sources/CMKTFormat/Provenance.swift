/// A file that content was made from: its base name, never its path.
package struct Source: Sendable, Equatable {
  package var name: String
  /// 64 lower-case hexadecimal digits; the `content` digest for cmkt files.
  package var sha256: String
  package var byteCount: Int
  /// What it was read as, such as `npz-dialogue`.
  package var format: String

  package init(name: String, sha256: String, byteCount: Int, format: String) {
    self.name = name
    self.sha256 = sha256
    self.byteCount = byteCount
    self.format = format
  }
}

/// One step that made the content: the tool, its version, and the canonical command.
package struct ProvenanceStep: Sendable, Equatable {
  package var tool: String
  package var version: String
  /// Options that change the result, defaults filled in, base names instead of paths.
  package var command: String

  package init(tool: String, version: String, command: String) {
    self.tool = tool
    self.version = version
    self.command = command
  }
}

/// One kind of loss or change on the way in: how many, of what, why.
package struct LedgerRow: Sendable, Equatable {
  /// `read`, `join`, `align`, `clean` or `write`.
  package var stage: String
  /// Empty where it concerns whole sequences.
  package var modality: String
  /// `sequences`, `frames`, `segments` or `values`.
  package var unit: String
  /// `in`, `kept`, `dropped`, `merged`, `imputed`, `masked` or `noted`.
  package var action: String
  package var reason: String
  package var count: Int
  /// The first few ids or places, separated by blanks.
  package var examples: String

  package init(
    stage: String, modality: String, unit: String, action: String, reason: String, count: Int,
    examples: String = ""
  ) {
    self.stage = stage
    self.modality = modality
    self.unit = unit
    self.action = action
    self.reason = reason
    self.count = count
    self.examples = examples
  }
}

/// How a source spells the id of a sequence.
package struct OriginalID: Sendable, Equatable {
  /// As in `/sequences/id`.
  package var id: String
  package var original: String

  package init(id: String, original: String) {
    self.id = id
    self.original = original
  }
}

/// Where content comes from: no clock time, host, user or absolute path.
package struct Provenance: Sendable, Equatable {
  package var sources: [Source] = []
  package var steps: [ProvenanceStep] = []
  package var ledger: [LedgerRow] = []
  /// Ids that the sources spell in another way.
  package var originalIDs: [OriginalID] = []

  package init() {}
}
