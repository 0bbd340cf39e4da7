import CMKTEngine
import CMKTExport
import CMKTFormat
import HDF5
import ToolSupport

/// The exit code and the sentence of a module's error.
func toolFailure(_ error: any Error) -> ToolFailure? {
  switch error {
  case let failure as ExportFailure:
    ToolFailure(exitCode(of: failure), failure.description, fields: fields(of: failure))
  case PortableFailure.format(let failure), let failure as FormatFailure:
    ToolFailure(
      exitCode(of: failure), failure.description, path: failure.file, object: failure.object,
      cause: failure.cause)
  case let failure as PortableFailure: ToolFailure(exitCode(of: failure), failure.description)
  default: nil
  }
}

private func exitCode(of failure: PortableFailure) -> ExitCode {
  switch failure {
  case .format(let failure): exitCode(of: failure)
  case .codec, .content, .unsupported: .badData
  case .scratch: .ioFailure
  }
}

private func fields(of failure: ExportFailure) -> [JSONValue.Member] {
  guard case .parity(let report) = failure else { return [] }
  return [.init("parity", parityDocument(report))]
}

private func exitCode(of failure: ExportFailure) -> ExitCode {
  switch failure {
  case .parity: .findings
  case .artefact: .internalError
  case .missingProgram: .missingProgram
  case .engine(.unknownName), .engine(.badSetting), .engine(.badRecipe), .engine(.badRequest):
    .usage
  case .unfinished, .unsupported, .invalidModel, .nothingToCheck, .engine: .badData
  }
}

private func exitCode(of failure: FormatFailure) -> ExitCode {
  switch failure {
  case .hdf5(.missingFile), .hdf5(.isDirectory), .hdf5(.notRegular), .hdf5(.accessDenied): .noInput
  case .hdf5(.system), .notSaved: .ioFailure
  case .exists, .cannotCreate: .cannotCreate
  case .hdf5, .notOurs, .wrongKind, .unsupportedVersion, .invalid: .badData
  }
}
