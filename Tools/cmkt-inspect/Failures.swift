import CMKTFormat
import CMKTInspect
import HDF5
import ToolSupport

/// The exit code and the sentence of a module's error.
func toolFailure(_ error: any Error) -> ToolFailure? {
  switch error {
  case InspectFailure.unknownName(let kind, let name, let known):
    ToolFailure.unknown(kind, name, known: known)
  case let failure as InspectFailure:
    ToolFailure(
      exitCode(of: failure), failure.description, path: failure.file, object: failure.object,
      cause: failure.cause)
  case let failure as FormatFailure:
    ToolFailure(
      exitCode(of: failure), failure.description, path: failure.file, object: failure.object,
      cause: failure.cause)
  default: nil
  }
}

private func exitCode(of failure: InspectFailure) -> ExitCode {
  switch failure {
  case .format(let failure): exitCode(of: failure)
  case .unknownName, .noSuchObject, .notATable, .usage: .usage
  case .notReadable: .noInput
  case .noStrongModality, .engine, .tooFewRows, .tooFewGroups, .otherFeatures, .badForm: .badData
  }
}

private func exitCode(of failure: FormatFailure) -> ExitCode {
  switch failure {
  case .hdf5(let failure): exitCode(of: failure)
  case .exists, .cannotCreate: .cannotCreate
  case .notSaved: .ioFailure
  case .notOurs, .wrongKind, .unsupportedVersion, .invalid: .badData
  }
}

private func exitCode(of failure: HDF5Failure) -> ExitCode {
  switch failure {
  case .missingFile, .isDirectory, .notRegular, .accessDenied: .noInput
  case .system: .ioFailure
  case .badPath: .usage
  default: .badData
  }
}
