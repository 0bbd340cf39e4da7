import CMKTEngine
import CMKTFormat
import ToolFiles
import ToolSupport

/// The exit code and the sentence of a module's error.
func toolFailure(_ error: any Error) -> ToolFailure? {
  switch error {
  case let failure as EngineFailure:
    ToolFailure(exitCode(of: failure), failure.description, path: nil, object: failure.object)
  case let failure as FormatFailure: ToolFailure(failure)
  default: nil
  }
}

private func exitCode(of failure: EngineFailure) -> ExitCode {
  switch failure {
  case .unknownName, .badSetting, .badRecipe, .badPlan, .badRequest, .checkpointMismatch: .usage
  case .unusableData, .contractMismatch, .invalidModel, .tooFewFrames, .unfinishedModel: .badData
  case .diverged, .numerics: .findings
  case .interrupted: .interrupted
  case .unreadable(let failure): ExitCode(failure)
  case .scratch: .ioFailure
  }
}
