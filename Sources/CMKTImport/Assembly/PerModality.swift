/// A setting that may differ between modalities.
package struct PerModality<Value: Sendable & Equatable>: Sendable, Equatable {
  /// For modalities that are not named.
  package var others: Value
  package var named: [String: Value]

  package init(_ others: Value, named: [String: Value] = [:]) {
    self.others = others
    self.named = named
  }

  /// The setting of `modality`.
  package subscript(_ modality: String) -> Value { named[modality] ?? others }
}
