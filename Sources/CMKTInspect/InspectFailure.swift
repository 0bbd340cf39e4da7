package import CMKTEngine
package import CMKTFormat

/// Why an inspection could not be made.
package enum InspectFailure: Error, Sendable, CustomStringConvertible {
  case format(FormatFailure)
  /// A path after `::` that the file does not have.
  case noSuchObject(file: String, path: String, known: [String])
  /// A name that the user gave and the file does not have.
  case unknownName(kind: String, name: String, known: [String])
  /// The model has one latent space only.
  case noStrongModality(file: String, method: String)
  /// The features file lacks what the model was trained with, or has it in another form.
  case engine(EngineFailure)
  /// There is too little to compute a correlation from.
  case tooFewRows(split: String, found: Int, needed: Int, remedy: String)

  package var description: String {
    switch self {
    case .format(let failure):
      failure.description
    case .noSuchObject(let file, let path, let known):
      "\(file)::\(path): there is no such object; there are \(known.joined(separator: ", "))"
    case .unknownName(let kind, let name, let known):
      "unknown \(kind) '\(name)'; known: \(known.joined(separator: ", "))"
    case .noStrongModality(let file, let method):
      "\(file): was trained as \(method) and has one latent space only, so there is nothing to"
        + " correlate; give a model of a method that uses a strong modality, such as cm-stew"
    case .engine(let failure):
      failure.description
    case .tooFewRows(let split, let found, let needed, let remedy):
      "split \(split) has \(found) rows with both latents, and at least \(needed) are needed;"
        + " \(remedy)"
    }
  }
}
