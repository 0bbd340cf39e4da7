package import CMKTFormat
package import HDF5
package import ToolSupport

extension ExitCode {
  /// What `failure` ends a tool with: 65 only where the content of a file is to blame.
  package init(_ failure: HDF5Failure) {
    self =
      switch failure {
      case .missingFile, .isDirectory, .notRegular, .accessDenied: .noInput
      case .fileExists, .missingFolder: .cannotCreate
      case .system: .ioFailure
      case .badPath: .usage
      default: .badData
      }
  }

  /// What `failure` ends a tool with.
  package init(_ failure: FormatFailure) {
    self =
      switch failure {
      case .hdf5(let failure): ExitCode(failure)
      case .exists, .cannotCreate: .cannotCreate
      case .notSaved: .ioFailure
      case .notOurs, .wrongKind, .unsupportedVersion, .invalid: .badData
      }
  }
}

extension ToolFailure {
  /// What ends a tool because of the HDF5 file at `path`, told in the sentence `message`.
  package init(_ failure: HDF5Failure, _ message: String, path: String) {
    self.init(
      ExitCode(failure), message, path: path, object: failure.object, cause: failure.cause)
  }

  /// What ends a tool because of a features or model file.
  package init(_ failure: FormatFailure) {
    self.init(
      ExitCode(failure), failure.description, path: failure.file, object: failure.object,
      cause: failure.cause)
  }
}
