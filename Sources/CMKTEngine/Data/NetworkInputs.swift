import CMKTFormat
import Tensors

extension SplitPlan {
  /// Where each recording is scaled by its own statistics, one that stands in two parts of the plan
  /// would carry what is held out into training.
  ///
  /// - Throws: `unusableData` where there is such a recording.
  func checkRecordings(of sequences: SequenceTable) throws(EngineFailure) {
    var parts: [String: [String]] = [:]
    let members = [(train + unlabelled, Split.train), (valid, .valid), (test, .test)]
    for (indices, split) in members {
      for recording in Set(indices.map { sequences.recordings[$0] }) {
        parts[recording, default: []].append(split.rawValue)
      }
    }
    let shared = parts.filter { $0.value.count > 1 }
    guard let first = shared.min(by: { $0.key < $1.key }) else { return }
    throw .unusableData(
      location: "/sequences/recording",
      expected: "every recording in one split, for normalisation.scope=recording",
      found: "'\(first.key)' in \(first.value.joined(separator: ", "))"
        + (shared.count > 1 ? ", and \(shared.count - 1) more" : ""),
      remedy: "set normalisation.scope=training")
  }
}

extension Normalisation {
  /// All rows of `modality` as network inputs, `[n, D]`: scaled by `self`, or where `contract`
  /// says so, each recording by the statistics of its own valid values.
  func networkInputs(
    of modality: Modality, axis: RowAxis, contract: ModalityContract, sequences: SequenceTable
  ) -> Tensor<Float> {
    let shape = [modality.rowCount, modality.featureCount]
    guard contract.normalisation != nil else {
      return Tensor(shape: shape, elements: inputs(of: modality, rows: 0..<modality.rowCount))
    }
    var result = Tensor<Float>(repeating: 0, shape: shape)
    let byRecording = Dictionary(grouping: 0..<sequences.count) { sequences.recordings[$0] }
    for members in byRecording.values {
      let ranges = members.map(axis.rows(of:))
      let own = Normalisation(fitting: modality, rows: ranges.joined())
      for rows in ranges {
        result.elements.replaceSubrange(
          (rows.lowerBound * shape[1])..<(rows.upperBound * shape[1]),
          with: own.inputs(of: modality, rows: rows))
      }
    }
    return result
  }
}
