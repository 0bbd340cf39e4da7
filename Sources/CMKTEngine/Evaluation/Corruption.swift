import CMKTFormat
import Tensors

/// A way to spoil the weak modality, and how much.
package struct Corruption: Sendable, Equatable, CustomStringConvertible {
  package enum Kind: String, CaseIterable, Sendable {
    /// Normal noise on every value, of `level` training standard deviations of its feature.
    case noise
    /// Rows that are missing, each with probability `level`.
    case drop
  }

  package var kind: Kind
  package var level: Double

  package var description: String { "\(kind.rawValue)=\(jsonNumber(level))" }

  /// The corruptions that words such as `noise=0.25`, `0.5`, `drop=0.1` name: a bare number is one
  /// more level of the kind before.
  ///
  /// - Throws: `unknownName` for another kind; `badRequest` for a level that is out of range or
  ///   named twice.
  package static func parse(_ words: [String]) throws(EngineFailure) -> [Corruption] {
    var kind: Kind?
    var corruptions: [Corruption] = []
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 {
        let name = String(parts[0])
        kind = Kind(rawValue: name)
        guard kind != nil else {
          throw .unknownName(
            kind: "corruption", name: name, known: Kind.allCases.map(\.rawValue))
        }
      }
      guard let kind, let level = Double(parts[parts.count - 1]), kind.levels.contains(level)
      else {
        throw .badRequest(
          reason: "'\(word)' is no corruption",
          remedy: "write noise=LEVEL[,LEVEL] (0 or more, standard deviations) or "
            + "drop=LEVEL[,LEVEL] (0 to 1, the share of rows)")
      }
      let corruption = Corruption(kind: kind, level: level)
      guard !corruptions.contains(corruption) else {
        throw .badRequest(reason: "'\(corruption)' is named twice", remedy: "name each level once")
      }
      corruptions.append(corruption)
    }
    return corruptions
  }

  /// `features` with the modality called `name` spoiled.
  ///
  /// The draws depend on the seed, the kind and the sequence alone, so that levels of one kind
  /// differ by their strength only, and a sequence is spoiled alike in any company.
  /// - Parameters:
  ///   - axis: the modality's rows.
  ///   - scale: the training standard deviation of each feature, `[D]`.
  /// - Throws: `unreadable`.
  func applied(
    to features: FeaturesFile, modality name: String, axis: RowAxis, scale: [Float], seed: UInt64
  ) throws(EngineFailure) -> FeaturesFile {
    guard let rows = features.rows(of: name) else { return features }
    let spoiled = CorruptedRows(
      rows, by: self, axis: axis, ids: features.sequences.ids, scale: scale, seed: seed)
    var result = features
    if features.outside.rows[name] != nil {
      result.outside.rows[name] = spoiled
    } else {
      let block = try spoiled.all
      result.modalities[name]?.values.elements = block.values
      result.modalities[name]?.validity = block.validity
    }
    return result
  }
}

extension Corruption.Kind {
  /// The levels that make sense.
  fileprivate var levels: ClosedRange<Double> {
    switch self {
    case .noise: 0...1e6
    case .drop: 0...1
    }
  }
}
