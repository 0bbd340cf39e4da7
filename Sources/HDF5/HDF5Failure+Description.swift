extension HDF5Failure: CustomStringConvertible {
  /// One sentence: where, what was expected, what was found, and what to do.
  package var description: String {
    switch self {
    case .missingFile(let file):
      "\(file): no such file; check the path"
    case .isDirectory(let file):
      "\(file): is a folder where an HDF5 file is expected; name a file in it"
    case .notRegular(let file):
      "\(file): is not a regular file; give the path of an HDF5 file"
    case .accessDenied(let file, let operation):
      "\(file): permission to \(operation) is denied; check the permissions of the file and its"
        + " folder"
    case .fileExists(let file):
      "\(file): already exists and is not replaced; choose another name or remove it"
    case .missingFolder(let file):
      "\(file): cannot be created because its folder does not exist; create the folder first"
    case .system(let file, let operation, let reason):
      "\(file): cannot \(operation): \(reason)"
    case .notHDF5(let file, let found):
      "\(file): is not an HDF5 file but \(found.sentence)"
    case .truncated(let file, let expected, let found):
      Self.truncation(file, expected, found)
    case .closed(let file):
      "\(file): was used after it had been closed"
    default:
      objectDescription
    }
  }

  private static func truncation(_ file: String, _ expected: Int?, _ found: Int?) -> String {
    let numbers =
      if let expected, let found {
        "truncated file: eof < stored (\(expected) bytes are announced, \(found) are there)"
      } else {
        "truncated file: it ends before its content does"
      }
    return "\(file): \(numbers); copy or download it again"
  }

  /// Failures that concern an object inside the file.
  private var objectDescription: String {
    switch self {
    case .badPath(let file, let path):
      "\(file)::\(path): is not a plain path; write names separated by single '/', without '.' or"
        + " '..'"
    case .missingObject(let file, let path):
      "\(file)::\(path): there is no such object; list the file to see its names"
    case .notHardLink(let file, let path, let kind):
      "\(file)::\(path): is a \(kind.noun), which is never followed; store the object itself"
    case .wrongKind(let file, let path, let expected, let found):
      "\(file)::\(path): expected a \(expected.noun), found a \(found.noun)"
    case .unsupportedType(let file, let path, let found):
      "\(file)::\(path): expected integers, 32- or 64-bit floats or fixed-length strings, found"
        + " \(found); convert it first"
    case .unsupportedFilter(let file, let path, let id):
      "\(file)::\(path): is compressed with HDF5 filter \(id), which is not available; repack the"
        + " file with gzip (h5repack -f GZIP=4)"
    case .externalData(let file, let path):
      "\(file)::\(path): keeps its values in another file, which is never opened; repack the file"
    case .tooLarge(let file, let path, let declared, let limit):
      "\(file)::\(path): declares \(declared.map { "\($0)" } ?? "more than 2^63") bytes where a"
        + " file of this size may declare \(limit); the file is damaged or not to be trusted"
    case .refused(let file, let path, let cause, let detail):
      "\(path.isEmpty ? file : "\(file)::\(path)"): holds \(cause.noun)"
        + "\(detail.isEmpty ? "" : ": \(detail)") (\(cause.rawValue)); \(cause.remedy)"
    case .badSlab(let file, let path, let slab, let shape):
      "\(file)::\(path): the part \(slab.count) at \(slab.offset) does not lie in shape \(shape)"
    case .library(let operation, let file, let path, let stack):
      Self.librarySentence(operation, file, path, stack)
    default:
      "the HDF5 file cannot be used"
    }
  }

  /// The outermost and the innermost message tell what failed and why.
  private static func librarySentence(
    _ operation: String, _ file: String, _ path: String, _ stack: [HDF5StackEntry]
  ) -> String {
    let place = path.isEmpty ? file : "\(file)::\(path)"
    guard let outermost = stack.first, let innermost = stack.last else {
      return "\(place): HDF5 cannot \(operation)"
    }
    let inner = innermost == outermost ? "" : " (\(innermost.function): \(innermost.message))"
    return "\(place): HDF5 cannot \(operation): \(outermost.message)\(inner)"
  }
}
