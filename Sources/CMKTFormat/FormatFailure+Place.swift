import HDF5

extension FormatFailure {
  /// The path of the file, as the caller gave it.
  package var file: String {
    switch self {
    case .hdf5(let failure): failure.file
    case .notOurs(let file), .wrongKind(let file, _, _), .unsupportedVersion(let file, _),
      .invalid(let file, _), .exists(let file), .cannotCreate(let file, _), .notSaved(let file, _):
      file
    }
  }

  /// The path of the object in the file; nil where the file as a whole is concerned.
  package var object: String? {
    switch self {
    case .hdf5(let failure): failure.object
    case .invalid(_, let findings):
      (findings.first { $0.severity == .error } ?? findings.first)?.path
    case .notOurs, .wrongKind, .unsupportedVersion, .exists, .cannotCreate, .notSaved: nil
    }
  }

  /// Why a file is refused, in a word for programs; nil for other failures.
  package var cause: String? {
    if case .hdf5(let failure) = self { failure.cause } else { nil }
  }
}
