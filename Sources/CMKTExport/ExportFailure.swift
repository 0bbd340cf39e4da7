package import CMKTEngine

/// Why the weak path of a model could not be exported.
package enum ExportFailure: Error, Sendable, Equatable {
  /// A checkpoint: training has not finished.
  case unfinished
  /// Something in the model that this format cannot hold yet.
  case unsupported(what: String, remedy: String)
  /// A weight or statistic that does not fit the architecture.
  case invalidModel(location: String, expected: String, found: String)
  /// Bytes that were written do not read back as the artefact that was meant.
  case artefact(location: String, expected: String, found: String)
  /// The artefact computes something else than the engine.
  case parity(ParityReport)
  /// The artefact, run by itself, does not give the predictions that stand in it.
  case selfTest(String)
  /// The engine could not run the model on the sequences of the check.
  case engine(EngineFailure)
  /// Running the artefact needs a program that is not there.
  case missingProgram(what: String, remedy: String)
  /// No sequence to check the artefact on.
  case nothingToCheck(location: String)
}

extension ExportFailure: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unfinished:
      "the model is a checkpoint, expected a finished model; "
        + "finish the training with cmkt-train fit --resume"
    case .unsupported(let what, let remedy):
      "\(what) cannot be exported; \(remedy)"
    case .invalidModel(let location, let expected, let found):
      "\(location) of the model: expected \(expected), found \(found); "
        + "check the file with cmkt-inspect validate"
    case .artefact(let location, let expected, let found):
      "the artefact does not read back: \(location): expected \(expected), found \(found); "
        + "nothing was written, please report this"
    case .parity(let report):
      "the artefact differs from the engine (\(report.line)); "
        + "nothing was written, please report this"
    case .selfTest(let line):
      "the artefact differs from the engine (self test: \(line), bound 1e-05); "
        + "nothing was written, please report this"
    case .engine(let failure):
      failure.description
    case .missingProgram(let what, let remedy):
      "\(what); \(remedy)"
    case .nothingToCheck(let location):
      "\(location): expected frames of the weak modality to check the artefact on, found none; "
        + "give another features file, or leave --check away"
    }
  }
}

extension ExportFailure {
  /// `--weights all` with a format that runs by itself.
  static func weakPathOnly(_ format: String) -> ExportFailure {
    .unsupported(
      what: "what served the training, as \(format),",
      remedy: "leave --weights all away, or export it with --as safetensors or npz")
  }

  /// `--streaming` with a format of weights, which has no calls to feed.
  static func notForStreaming(_ format: String) -> ExportFailure {
    .unsupported(
      what: "a stream as \(format), which holds weights alone,",
      remedy: "export it with --as onnx, c or swift, or leave --streaming away")
  }
}
