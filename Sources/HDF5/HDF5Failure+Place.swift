extension HDF5Failure {
  /// The path of the file, as the caller gave it.
  package var file: String {
    switch self {
    case .missingFile(let file), .isDirectory(let file), .notRegular(let file),
      .accessDenied(let file, _), .fileExists(let file), .missingFolder(let file),
      .system(let file, _, _), .notHDF5(let file, _), .truncated(let file, _, _),
      .closed(let file), .badPath(let file, _), .missingObject(let file, _),
      .notHardLink(let file, _, _), .wrongKind(let file, _, _, _),
      .unsupportedType(let file, _, _), .unsupportedFilter(let file, _, _),
      .refused(let file, _, _, _),
      .externalData(let file, _), .tooLarge(let file, _, _, _), .badSlab(let file, _, _, _),
      .library(_, let file, _, _):
      file
    }
  }

  /// The path of the object in the file; nil where the file as a whole is concerned.
  package var object: String? {
    switch self {
    case .missingFile, .isDirectory, .notRegular, .accessDenied, .fileExists, .missingFolder,
      .system, .notHDF5, .truncated, .closed:
      nil
    case .badPath(_, let path), .missingObject(_, let path), .notHardLink(_, let path, _),
      .wrongKind(_, let path, _, _), .unsupportedType(_, let path, _),
      .unsupportedFilter(_, let path, _), .externalData(_, let path),
      .tooLarge(_, let path, _, _), .badSlab(_, let path, _, _):
      path
    case .library(_, _, let path, _), .refused(_, let path, _, _):
      path.isEmpty ? nil : path
    }
  }

  /// Why a file is refused, in a word for programs; nil for other failures.
  package var cause: String? {
    switch self {
    case .refused(_, _, let cause, _): cause.rawValue
    case .truncated: "truncated"
    case .library: ProfileCause.damaged.rawValue
    case .tooLarge: ProfileCause.declaredTooLarge.rawValue
    case .unsupportedFilter: ProfileCause.filter.rawValue
    case .externalData: ProfileCause.externalStorage.rawValue
    default: nil
    }
  }
}
