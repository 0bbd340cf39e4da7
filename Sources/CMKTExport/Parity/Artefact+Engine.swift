import CMKTEngine
package import CMKTFormat
import Tensors

extension Artefact {
  /// Frames after which a check has seen enough; a longer first sequence is still run whole.
  private static let frameLimit = 20_000

  /// Compares the artefact with the engine's predictions of `model` on sequences made up here.
  ///
  /// - Parameter threads: of the engine; nil for all processors.
  /// - Throws: `parity` where they differ; `artefact`, `engine`.
  package func checkOnGeneratedSequences(
    against model: ModelFile, threads: Int?
  ) throws(ExportFailure) -> ParityReport {
    let weak = model.architecture.weak.name
    guard let normalisation = model.normalisation[weak] else {
      throw .invalidModel(
        location: "/normalisation/\(weak)", expected: "mean and scale", found: "nothing")
    }
    let features = FeaturesFile.generated(
      for: model.architecture, normalisation: normalisation)
    return try check(
      against: model, on: features, sequences: Array(0..<features.sequences.count),
      threads: threads, source: "generated data")
  }

  /// Compares the artefact with the engine's predictions of `model` on `features`: on sequences
  /// that did not train it where there are some, in file order, up to 20 000 frames.
  ///
  /// - Parameters:
  ///   - name: how the report calls the file.
  ///   - threads: of the engine; nil for all processors.
  /// - Throws: `parity` where they differ; `nothingToCheck`, `artefact`, `engine`.
  package func check(
    against model: ModelFile, on features: FeaturesFile, named name: String, threads: Int?
  ) throws(ExportFailure) -> ParityReport {
    let table = features.sequences
    let trained = Set(model.training.trainIds)
    let filled = (0..<table.count).filter { !table.frames(of: $0).isEmpty }
    let heldOut = filled.filter { !trained.contains(table.ids[$0]) }
    var frameCount = 0
    let chosen = (heldOut.isEmpty ? filled : heldOut).prefix { index in
      let isFirst = frameCount == 0
      frameCount += table.frames(of: index).count
      return isFirst || frameCount <= Self.frameLimit
    }
    guard !chosen.isEmpty else { throw .nothingToCheck(location: name) }
    return try check(
      against: model, on: features, sequences: Array(chosen), threads: threads, source: name)
  }

  private func check(
    against model: ModelFile, on features: FeaturesFile, sequences: [Int], threads: Int?,
    source: String
  ) throws(ExportFailure) -> ParityReport {
    let expected: [String: [Tensor<Float>]]
    do throws(EngineFailure) {
      let predictor = try Predictor(model: model, threads: threads)
      expected = try predictor.predictions(for: features, sequences: sequences)
    } catch {
      throw .engine(error)
    }
    let report = try parity(
      features: features, sequences: sequences, expected: expected, source: source)
    guard report.holds else { throw .parity(report) }
    return report
  }
}
