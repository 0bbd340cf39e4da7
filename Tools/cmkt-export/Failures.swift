import CMKTEngine
import CMKTExport
import CMKTFormat
import ToolFiles
import ToolSupport

/// The exit code and the sentence of a module's error.
func toolFailure(_ error: any Error) -> ToolFailure? {
  switch error {
  case let failure as ExportFailure:
    ToolFailure(exitCode(of: failure), failure.description, fields: fields(of: failure))
  case PortableFailure.format(let failure), let failure as FormatFailure: ToolFailure(failure)
  case let failure as PortableFailure: ToolFailure(exitCode(of: failure), failure.description)
  default: nil
  }
}

private func exitCode(of failure: PortableFailure) -> ExitCode {
  switch failure {
  case .format(let failure): ExitCode(failure)
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
  case .parity, .selfTest: .findings
  case .artefact: .internalError
  case .missingProgram: .missingProgram
  case .engine(.unknownName), .engine(.badSetting), .engine(.badRecipe), .engine(.badRequest):
    .usage
  case .unfinished, .unsupported, .invalidModel, .nothingToCheck, .engine: .badData
  }
}
