import CMKTFormat
import CMKTImport
import HDF5
import ToolSupport

/// The exit code of each error of the modules behind this tool.
func toolFailure(from error: any Error) -> ToolFailure? {
  if let failure = error as? ImportFailure { return importExit(failure) }
  return (error as? FormatFailure).map(formatExit)
}

private func formatExit(_ failure: FormatFailure) -> ToolFailure {
  let code: ExitCode =
    switch failure {
    case .exists, .cannotCreate: .cannotCreate
    case .hdf5(let failure) where failure.cause != nil: .badData
    case .notSaved, .hdf5: .ioFailure
    case .notOurs, .wrongKind, .unsupportedVersion, .invalid: .badData
    }
  return ToolFailure(
    code, failure.description, path: failure.file, object: failure.object,
    cause: failure.cause)
}

private func importExit(_ failure: ImportFailure) -> ToolFailure {
  switch failure {
  case .unreadable(let source, _):
    .noInput(path: source, failure.description)
  case .unknownName(let kind, let name, let known):
    .unknown(kind, name, known: known)
  case .wrongValue:
    .usage(failure.description)
  case .unbalanced:
    ToolFailure(.internalError, failure.description)
  case .scratch:
    ToolFailure(.ioFailure, failure.description)
  case .format(let failure):
    formatExit(failure)
  case .container(let source, _):
    ToolFailure(
      .badData, failure.description,
      fields: [.init("path", .string(source))]
        + (failure.byteOffset.map { [.init("byte_offset", .integer($0))] } ?? []))
  case .hdf5(let source, let inner):
    ToolFailure(
      .badData, failure.description, path: source, object: inner.object, cause: inner.cause)
  case .unrecognised(let source, _, _), .content(let source, _, _, _, _):
    ToolFailure(.badData, failure.description, path: source)
  }
}
