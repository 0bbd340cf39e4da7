import CMKTFormat
import CMKTImport
import Codecs
import Tensors

/// What `request` gives, with all rows in memory.
func imported(_ request: ImportRequest) throws -> FeaturesFile {
  let assembly = try Importer.run(request).features
  var features = assembly.skeleton
  for (name, rows) in assembly.stored {
    features.modalities[name]?.values = Tensor(
      shape: [rows.rowCount, rows.featureCount], elements: try rows.values.elements())
    switch rows.flags {
    case .rows(let flags):
      features.modalities[name]?.validity = .rows(try flags.elements().map { $0 == 1 })
    case .elements(let flags):
      features.modalities[name]?.validity = .elements(try flags.elements().map { $0 == 1 })
    }
  }
  return features
}

extension FeaturesFile {
  /// The count of the ledger's rows of this action whose reason contains `word`.
  func ledgerCount(
    _ unit: String, _ action: String, _ word: String = "", stage: String = "read"
  ) -> Int {
    provenance.ledger.filter {
      $0.stage == stage && $0.unit == unit && $0.action == action
        && (word.isEmpty ? $0.reason.isEmpty : $0.reason.contains(word))
    }.reduce(0) { $0 + $1.count }
  }
}
