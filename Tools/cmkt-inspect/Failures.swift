import CMKTEngine
import CMKTFormat
import CMKTInspect
import ToolFiles
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
  case let failure as FormatFailure: ToolFailure(failure)
  default: nil
  }
}

private func exitCode(of failure: InspectFailure) -> ExitCode {
  switch failure {
  case .format(let failure): ExitCode(failure)
  case .unknownName, .noSuchObject, .notATable, .usage: .usage
  case .notReadable: .noInput
  case .engine(.unreadable(let failure)): ExitCode(failure)
  case .engine(.scratch), .scratch: .ioFailure
  case .noStrongModality, .engine, .tooFewRows, .tooFewGroups, .otherFeatures, .badForm: .badData
  }
}
