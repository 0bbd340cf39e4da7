package import CMKTFormat
package import Codecs
import Tensors

/// What can go wrong between a features file, a recipe and a model.
package enum EngineFailure: Error, Sendable, Equatable {
  /// A modality, target, setting or choice that does not exist.
  case unknownName(kind: String, name: String, known: [String])
  /// A setting whose value is of the wrong type or out of range.
  case badSetting(key: String, expected: String, found: String)
  /// A recipe that cannot be read as JSON of the expected form.
  case badRecipe(reason: String)
  /// A plan of a sweep that is not as it has to be at a place, a JSON pointer such as
  /// `/search/grid/loss.alpha/0`; empty for the plan as a whole.
  case badPlan(place: String, reason: String)
  /// A request that contradicts itself, such as equal weak and strong modalities.
  case badRequest(reason: String, remedy: String)
  /// Data that cannot train or be evaluated as asked.
  case unusableData(location: String, expected: String, found: String, remedy: String)
  /// Features that are not what the model was trained on: one line for each field that differs.
  case contractMismatch(modality: String, differences: [String])
  /// A model whose weights do not fit its architecture.
  case invalidModel(location: String, expected: String, found: String)
  /// Fewer frames in a batch than the correlation loss needs.
  case tooFewFrames(found: Int, latentSize: Int)
  /// A matrix of the latents that cannot be decomposed.
  case numerics(stage: String, reason: String)
  /// A loss, a gradient or a weight that is no longer finite; `step` counts batches from 1.
  case diverged(stage: String, epoch: Int, step: Int, term: String)
  /// A checkpoint of another run: one line for each difference.
  case checkpointMismatch(differences: [String])
  /// A checkpoint where a finished model is needed.
  case unfinishedModel
  /// Rows that were outside memory and cannot be read any more.
  case unreadable(FormatFailure)
  /// Latents that are too many for memory could not be kept outside.
  case scratch(ScratchFailure)
  /// Stopped as asked, after a checkpoint was handed over.
  case interrupted(stage: String, epoch: Int, step: Int)
}

extension EngineFailure {
  /// A modality that a model reads and `place`, such as a file, lacks; it has `known`.
  package static func missingModality(
    _ name: String, in place: String, known: [String]
  ) -> EngineFailure {
    let list = known.sorted().map { "'\($0)'" }.joined(separator: ", ")
    return .unusableData(
      location: place, expected: "modality '\(name)', which the model reads",
      found: list.isEmpty ? "none" : list,
      remedy: "give features that have it, called as in training")
  }

  /// What the numerics refused, in the terms of the recipe.
  init(_ failure: TensorsFailure, stage: String) {
    switch failure {
    case .tooFewRows(let found, let latentSize):
      self = .tooFewFrames(found: found, latentSize: latentSize)
    case .notPositiveDefinite:
      self = .numerics(stage: stage, reason: failure.description)
    }
  }
}

extension EngineFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unknownName(let kind, let name, let known):
      let nearest = nearestName(to: name, among: known)
      let hint = nearest.map { ", did you mean '\($0)'?" } ?? ";"
      // A long list would bury the suggestion.
      if nearest != nil, known.count > 8 { return "unknown \(kind) '\(name)'\(hint)" }
      let list = known.isEmpty ? "there is none" : "known: \(known.joined(separator: ", "))"
      return "unknown \(kind) '\(name)'\(hint) \(list)"
    case .badSetting(let key, let expected, let found):
      let names = SettingKey(rawValue: key).map { RecipeTable.setting($0).kind.choices } ?? []
      let nearest = nearestName(to: found, among: names)
      return "setting '\(key)' expects \(expected), found '\(found)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "")
    case .badRecipe(let reason):
      return "the recipe cannot be read: \(reason)"
    case .badPlan(let place, let reason):
      return "the plan\(place.isEmpty ? "" : " at \(place)"): \(reason)"
    case .badRequest(let reason, let remedy):
      return "\(reason): \(remedy)"
    case .unusableData(let location, let expected, let found, let remedy):
      return "\(location): expected \(expected), found \(found); \(remedy)"
    case .contractMismatch(let modality, let differences):
      return "modality '\(modality)' is not what the model was trained on: "
        + differences.joined(separator: "; ") + "; extract the features as for training"
    case .invalidModel(let location, let expected, let found):
      return "\(location) of the model: expected \(expected), found \(found); "
        + "the file was not written by this tool, or a newer version wrote it"
    case .tooFewFrames(let found, let latentSize):
      return "a batch has \(found) rows for the correlation of latents of width \(latentSize), "
        + "which needs more rows than that; raise batch.size, lower encoder.latent, "
        + "or set loss.alpha=0"
    case .numerics(let stage, let reason):
      return "\(stage): \(reason)"
    case .diverged(let stage, let epoch, let step, let term):
      let remedy = term.contains("correlation") ? "raise alignment.ridge, or " : ""
      return "\(stage), epoch \(epoch), batch \(step) of the stage: \(term) is not finite; "
        + "\(remedy)lower optimiser.learning-rate or optimiser.clip-norm (where that is 0, "
        + "set optimiser.clip-norm=1)"
    case .checkpointMismatch(let differences):
      return "the checkpoint is of another run: " + differences.joined(separator: "; ")
        + "; resume with the same command, or leave out --resume and start anew with --force"
    case .unfinishedModel:
      return "the file is a checkpoint of a run that is not over; finish it with "
        + "cmkt-train fit --resume"
    case .unreadable(let failure):
      return failure.description
    case .scratch(let failure):
      return failure.description
    case .interrupted(let stage, let epoch, let step):
      return "stopped in \(stage), epoch \(epoch), after \(step) batches"
    }
  }
}

/// The name among `names` that is nearest to `name`, if it is near enough to suggest.
package func nearestName(to name: String, among names: [String]) -> String? {
  let wanted = Array(name.lowercased())
  let limit = max(2, wanted.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in names {
    let distance = editDistance(wanted, Array(candidate.lowercased()))
    if distance <= limit, distance < (best?.distance ?? Int.max) { best = (candidate, distance) }
  }
  return best?.name
}

/// The Levenshtein distance: insertions, deletions and replacements from one text to the other.
private func editDistance(_ first: [Character], _ second: [Character]) -> Int {
  var previous = Array(0...second.count)
  for (row, character) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      let replaced = previous[column] + (character == other ? 0 : 1)
      current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
    }
    previous = current
  }
  return previous[second.count]
}
