import CMKTEngine
import CMKTFormat
import ToolSupport

/// A features file that several models are trained on, whole and for each fold; read once.
struct TrainingInput: Sendable {
  let path: String
  let digests: FileDigests
  let groups: GroupNumbers
  /// By fold from 1; the file as it is without folds.
  let features: [FeaturesFile]
  /// By fold, the delays that a search has found, by target.
  var delaySeconds: [[String: Double]]

  /// Reads the modalities of `plan` from the file at `path`.
  init(_ path: String, plan: ComparisonPlan) throws {
    let names = Set([plan.weak] + plan.strong)
    let (features, digests) = try FeaturesFile.reading(path, modalities: names)
    self.path = path
    self.digests = digests
    groups = GroupNumbers(of: features.sequences)
    self.features = try plan.folds.map { fold in
      guard let fold else { return features }
      return try features.leavingOut(
        fold: fold, of: plan.foldCount, isNested: plan.evaluation == .nested)
    }
    delaySeconds = self.features.map { _ in [:] }
  }

  func features(of cell: ComparisonCell) -> FeaturesFile { features[(cell.fold ?? 1) - 1] }

  func delaySeconds(of cell: ComparisonCell) -> [String: Double] {
    delaySeconds[(cell.fold ?? 1) - 1]
  }

  /// Takes `delaySeconds`, by target, for those of all folds.
  mutating func assume(_ delaySeconds: [String: Double]) {
    self.delaySeconds = features.map { _ in delaySeconds }
  }

  /// The sequences of `split` that all models are scored on, over all folds, in the file's order.
  ///
  /// - Parameter remedy: what to do where there is no test split.
  /// - Throws: exit code 65 where the split has none.
  func sequences(
    of split: EvaluationSplit, heldOut fraction: Double, remedy: String
  ) throws -> [Int] {
    let folds = try features.map { features in
      let splits = try SplitPlan(of: features.sequences, fraction: fraction)
      return (split == .test ? splits.test : splits.valid)
        .filter { !features.sequences.frames(of: $0).isEmpty }
    }
    guard folds.allSatisfy({ !$0.isEmpty }) else {
      let remedy =
        split == .test
        ? remedy : "mark a validation split, or let --set validation.fraction hold one out"
      throw ToolFailure(
        .badData, "'\(path)' has no sequence of split \(split.rawValue) to score; \(remedy)",
        fields: [.init("path", .string(path))])
    }
    return folds.flatMap { $0 }.sorted()
  }
}

extension [TrainingInput] {
  /// The `content` digest of each features file.
  var fingerprints: [String] { map(\.digests.content) }

  /// Whether the data may be handed on: `allowed` where all of it may be.
  var redistribution: Redistribution {
    let found = Set(flatMap { $0.features.map(\.redistribution) })
    if found.contains(.restricted) { return .restricted }
    return found == [.allowed] ? .allowed : .unknown
  }

  /// - Throws: exit code 64 where the same data stand twice.
  func checkDiffer() throws(ToolFailure) {
    var pathsByContent: [String: String] = [:]
    for input in self {
      if let other = pathsByContent.updateValue(input.path, forKey: input.digests.content) {
        throw .usage(
          "'\(other)' and '\(input.path)' hold the same data (equal content digests); "
            + "give each features file once")
      }
    }
  }

  /// What training each method of `plan` would warn of, whether it is trained now or was before.
  func warnings(plan: ComparisonPlan) throws -> [String] {
    var warnings: [String] = []
    var seen: Set<String> = []
    for cell in plan.cells {
      // Encoders, seeds and methods of the same modalities see the same data.
      let key = "\(cell.run.dataSet) \(cell.fold ?? 0) \(cell.method.needsStrong)"
      guard seen.insert(key).inserted else { continue }
      let input = self[cell.run.dataSet]
      let data = try TrainingData(
        features: input.features(of: cell),
        request: plan.request(of: cell, delaySeconds: input.delaySeconds(of: cell)))
      for warning in data.warnings where !warnings.contains(warning) { warnings.append(warning) }
    }
    return warnings
  }
}
