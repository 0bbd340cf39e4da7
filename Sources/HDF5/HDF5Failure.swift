/// One level of HDF5's error stack.
package struct HDF5StackEntry: Sendable, Equatable {
  /// The C function, such as `H5Dread`.
  package var function: String
  package var message: String

  package init(function: String, message: String) {
    self.function = function
    self.message = message
  }
}

/// Why a file could not be read or written.
///
/// `file` is the path as the caller gave it, `path` the object's path in the file.
package enum HDF5Failure: Error, Sendable, Equatable {
  case missingFile(file: String)
  case isDirectory(file: String)
  /// A pipe, a socket or a device, which may never end.
  case notRegular(file: String)
  case accessDenied(file: String, operation: String)
  case fileExists(file: String)
  /// The folder of a file to be created is missing or is no folder.
  case missingFolder(file: String)
  /// The system refused for another reason.
  case system(file: String, operation: String, reason: String)
  case notHDF5(file: String, found: ForeignContent)
  /// The file ends before what its header announces; nil where the header does not tell.
  case truncated(file: String, expectedByteCount: Int?, foundByteCount: Int?)
  case closed(file: String)
  /// The path has a component that is empty, `.`, `..` or not plain text.
  case badPath(file: String, path: String)
  case missingObject(file: String, path: String)
  /// `path` is a soft, external or user-defined link, which is never followed.
  case notHardLink(file: String, path: String, kind: Child.Kind)
  case wrongKind(file: String, path: String, expected: Child.Kind, found: Child.Kind)
  case unsupportedType(file: String, path: String, found: String)
  case unsupportedFilter(file: String, path: String, id: Int)
  /// The values lie in another file, which is never opened.
  case externalData(file: String, path: String)
  /// The object declares more than a file of this size may hold.
  case tooLarge(file: String, path: String, declaredByteCount: Int?, limit: Int)
  /// The file holds something that is not read from strangers; `detail` may be empty.
  case refused(file: String, path: String, cause: ProfileCause, detail: String)
  case badSlab(file: String, path: String, slab: Slab, shape: [Int])
  /// Anything else that HDF5 refused, with its error stack, outermost call first.
  case library(operation: String, file: String, path: String, stack: [HDF5StackEntry])

  /// The system's error number behind the failure, where HDF5 recorded one (`ENOSPC`, …).
  package var systemErrorNumber: Int? {
    guard case .library(_, _, _, let stack) = self else { return nil }
    for entry in stack.reversed() {
      if let number = entry.message.number(after: "errno = ") { return number }
    }
    return nil
  }
}

extension String {
  /// The decimal number that follows `label`, or nil.
  func number(after label: String) -> Int? {
    let text = Array(utf8)
    let pattern = Array(label.utf8)
    guard text.count >= pattern.count else { return nil }
    for start in 0...(text.count - pattern.count)
    where text[start..<(start + pattern.count)].elementsEqual(pattern) {
      let digits = text[(start + pattern.count)...].prefix { (48...57).contains($0) }
      return Int(String(decoding: digits, as: UTF8.self))
    }
    return nil
  }
}
