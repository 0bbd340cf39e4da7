import CMKTEngine
import CMKTFormat

extension InspectFailure {
  /// The path of the file, as the caller gave it; nil where none is named.
  package var file: String? {
    switch self {
    case .format(let failure): failure.file
    case .noSuchObject(let file, _, _), .noStrongModality(let file, _), .notATable(let file, _),
      .notReadable(let file, _), .otherFeatures(let file, _, _, _), .badForm(let file, _, _, _):
      file
    case .unknownName, .usage, .engine, .tooFewRows, .tooFewGroups, .scratch: nil
    }
  }

  /// The path of the object in a file; nil where none is named.
  package var object: String? {
    switch self {
    case .format(let failure): failure.object
    case .engine(let failure): failure.object
    case .noSuchObject(_, let path, _), .notATable(_, let path): path
    case .unknownName, .usage, .noStrongModality, .notReadable, .tooFewRows, .tooFewGroups,
      .otherFeatures, .badForm, .scratch:
      nil
    }
  }

  /// Why a file is refused, in a word for programs; nil for other failures.
  package var cause: String? {
    if case .format(let failure) = self { failure.cause } else { nil }
  }
}
