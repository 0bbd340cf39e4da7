package import CMKTEngine
package import CMKTFormat
package import Codecs

/// Why an inspection could not be made.
package enum InspectFailure: Error, Sendable, CustomStringConvertible {
  case format(FormatFailure)
  /// A path after `::` that the file does not have.
  case noSuchObject(file: String, path: String, known: [String])
  /// A name that the user gave and the file does not have.
  case unknownName(kind: String, name: String, known: [String])
  /// A request that contradicts itself, or the file that it is made of.
  case usage(reason: String, remedy: String)
  /// The model has one latent space only.
  case noStrongModality(file: String, method: String)
  /// The features file lacks what the model was trained with, or has it in another form.
  case engine(EngineFailure)
  /// An object whose values are not the rows of one table.
  case notATable(file: String, path: String)
  /// A file that is none of ours cannot be read.
  case notReadable(file: String, reason: String)
  /// Features that are not those that trained a model.
  case otherFeatures(file: String, model: String, expected: String, found: String)
  /// There is too little to compute a correlation from.
  case tooFewRows(split: String, found: Int, needed: Int, remedy: String)
  /// There are too few groups with labels to hold one out.
  case tooFewGroups(split: String, found: Int, needed: Int, remedy: String)
  /// What does not fit into memory could not be kept outside.
  case scratch(ScratchFailure)
  /// A file or folder that is not of the form that is needed.
  case badForm(file: String, expected: String, found: String, remedy: String)

  package var description: String {
    switch self {
    case .format(let failure):
      failure.description
    case .noSuchObject(let file, let path, let known):
      "\(file)::\(path): there is no such object; there are \(known.joined(separator: ", "))"
    case .unknownName(let kind, let name, let known):
      "unknown \(kind) '\(name)'; known: \(known.joined(separator: ", "))"
    case .usage(let reason, let remedy):
      "\(reason); \(remedy)"
    case .noStrongModality(let file, let method):
      "\(file): was trained as \(method) and has one latent space only, so there is nothing to"
        + " correlate; give a model of a method that uses a strong modality, such as cm-stew"
    case .engine(let failure):
      failure.description
    case .tooFewGroups(let split, let found, let needed, let remedy):
      "split \(split) has \(found) groups with labels, and at least \(needed) are needed; \(remedy)"
    case .notATable(let file, let path):
      "\(file)::\(path): expected a dataset, or a group of datasets with one axis of one length;"
        + " name a dataset in it"
    case .otherFeatures(let file, let model, let expected, let found):
      "\(file): expected the features that trained \(model), content digest \(expected), found"
        + " \(found); give that file"
    case .notReadable(let file, let reason):
      "\(file): \(reason)"
    case .tooFewRows(let split, let found, let needed, let remedy):
      "split \(split) has \(found) rows with both latents, and at least \(needed) are needed;"
        + " \(remedy)"
    case .scratch(let failure):
      failure.description
    case .badForm(let file, let expected, let found, let remedy):
      "\(file): expected \(expected), found \(found); \(remedy)"
    }
  }
}
