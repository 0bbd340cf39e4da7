import CMKTFormat
import CMKTImport
import ToolFiles
import ToolSupport

/// The exit code of each error of the modules behind this tool.
func toolFailure(from error: any Error) -> ToolFailure? {
  if let failure = error as? ImportFailure { return importExit(failure) }
  return (error as? FormatFailure).map { ToolFailure($0) }
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
    ToolFailure(failure)
  case .container(let source, _):
    ToolFailure(
      .badData, failure.description,
      fields: [.init("path", .string(source))]
        + (failure.byteOffset.map { [.init("byte_offset", .integer($0))] } ?? []))
  case .hdf5(let source, let inner):
    ToolFailure(inner, failure.description, path: source)
  case .unrecognised(let source, _, _), .content(let source, _, _, _, _):
    ToolFailure(.badData, failure.description, path: source)
  }
}
