import CMKTFormat
import Tensors

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
