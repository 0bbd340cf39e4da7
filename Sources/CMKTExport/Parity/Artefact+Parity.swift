package import CMKTFormat
package import Tensors

extension Artefact {
  /// Cells `B · T` that are interpreted at once, unless one sequence alone has more.
  private static let cellLimit = 8192

  /// Reads the artefact's bytes back, runs them, and compares with the engine's predictions.
  ///
  /// - Parameters:
  ///   - features: has the weak modality on frames.
  ///   - indices: the sequences to run.
  ///   - expected: the engine's predictions for them: by target, for each sequence `[T, C]` or
  ///     `[1, C]`.
  ///   - source: where the sequences come from, for the report.
  /// - Throws: `artefact` where the bytes do not read back or cannot be run.
  package func parity(
    features: FeaturesFile, sequences indices: [Int], expected: [String: [Tensor<Float>]],
    source: String
  ) throws(ExportFailure) -> ParityReport {
    var report = ParityReport(source: source)
    let runner = try runner()
    var start = 0
    while start < indices.count {
      let end = shareEnd(from: start, indices, features)
      let share = Array(indices[start..<end])
      let batch = ParityBatch(features: features, modality: path.modality.name, indices: share)
      let found = try runner(batch)
      for head in path.heads {
        let engine = expected[head.target]?.dropFirst(start).prefix(share.count) ?? []
        Self.compare(found[head.target] ?? [], Array(engine), count: share.count, &report)
      }
      report.sequenceCount += share.count
      report.frameCount += batch.sequences.reduce(0) { $0 + $1.count }
      start = end
    }
    return report
  }

  /// The first index that does not pass with those from `start` on.
  private func shareEnd(from start: Int, _ indices: [Int], _ features: FeaturesFile) -> Int {
    var end = start
    var longest = 0
    repeat {
      longest = max(longest, features.sequences.frames(of: indices[end]).count)
      end += 1
    } while end < indices.count
      && max(longest, features.sequences.frames(of: indices[end]).count) * (end - start + 1)
        <= Self.cellLimit
    return end
  }

  /// Runs a batch: by target, for each sequence its rows of predictions.
  private typealias Runner = (ParityBatch) throws(ExportFailure) -> [String: [[[Double]]]]

  private func runner() throws(ExportFailure) -> Runner {
    switch format {
    case .onnx:
      let interpreter = ONNXInterpreter(try ONNXModel(bytes: bytes))
      return { (batch) throws(ExportFailure) in
        let (features, lengths) = batch.padded(featureCount: path.featureCount)
        let outputs = try interpreter.outputs(for: ["features": features, "lengths": lengths])
        return outputs.mapValues { Self.rows(of: $0, lengths: batch.sequences.map(\.count)) }
      }
    case .safetensors:
      let interpreter = try SafetensorsInterpreter(bytes: bytes)
      return { (batch) throws(ExportFailure) in
        var result: [String: [[[Double]]]] = [:]
        for sequence in batch.sequences {
          for (target, rows) in try interpreter.predictions(for: sequence) {
            result[target, default: []].append(rows)
          }
        }
        return result
      }
    }
  }

  /// The rows that count of an output `[B, T, C]` or `[B, C]`.
  private static func rows(of output: ONNXValue, lengths: [Int]) -> [[[Double]]] {
    let width = output.shape.last ?? 0
    let time = output.shape.count == 3 ? output.shape[1] : 1
    return lengths.enumerated().map { sequence, length in
      (0..<(output.shape.count == 3 ? length : 1)).map { row in
        let start = (sequence * time + row) * width
        return Array(output.elements[start..<(start + width)])
      }
    }
  }

  private static func compare(
    _ found: [[[Double]]], _ expected: [Tensor<Float>], count: Int, _ report: inout ParityReport
  ) {
    guard found.count == count, expected.count == count else { return report.noteMissing() }
    for (rows, tensor) in zip(found, expected) {
      let values = rows.flatMap { $0 }
      guard values.count == tensor.elements.count, rows.count == tensor.shape[0] else {
        return report.noteMissing()
      }
      for (artefact, engine) in zip(values, tensor.elements) {
        report.compare(artefact, Double(engine))
      }
    }
  }
}
