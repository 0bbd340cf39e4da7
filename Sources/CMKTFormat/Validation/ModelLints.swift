import Tensors

/// What in a sound model was probably not meant.
enum ModelLints {
  /// All findings in `file`.
  ///
  /// - Parameter features: the features that it was trained on, without rows; nil where not given.
  static func findings(in file: ModelFile, trainedOn features: FeaturesFile?) -> [Finding] {
    curveFindings(in: file) + weightFindings(in: file)
      + (features.map { contaminationFindings(in: file, $0) } ?? [])
  }

  /// The name of a curve that selects ends like this.
  private static let selectionSuffix = "valid/loss"
  /// The stage beside which gains are told is no part of the model.
  private static let referenceStage = "reference/"

  private static func curveFindings(in file: ModelFile) -> [Finding] {
    file.training.history.compactMap { curve in
      guard curve.name.hasSuffix(selectionSuffix), !curve.name.hasPrefix(referenceStage),
        curve.values.count >= 3, let first = curve.values.first,
        curve.values.dropFirst().allSatisfy({ !($0 < first) })
      else { return nil }
      return Finding(
        .neverImproved, "/training/history/\(curve.name)",
        "expected a loss that falls, found its least, \(first), in the first of "
          + "\(curve.values.count) epochs")
    }
  }

  /// Rows of zeros in weights `[out, in]`: such a unit sees none of its inputs.
  private static func weightFindings(in file: ModelFile) -> [Finding] {
    file.weights.compactMap { weight in
      let shape = weight.tensor.shape
      guard shape.count == 2, shape[1] > 1, shape[0] > 0 else { return nil }
      let elements = weight.tensor.elements
      let dead = (0..<shape[0]).count { row in
        elements[row * shape[1]..<(row + 1) * shape[1]].allSatisfy { $0 == 0 }
      }
      guard dead > 0 else { return nil }
      return Finding(
        .deadUnits, "/weights/\(weight.name)",
        "expected weights other than 0 in every row, found \(dead) of \(shape[0]) rows of zeros")
    }
  }

  private static func contaminationFindings(
    in file: ModelFile, _ features: FeaturesFile
  ) -> [Finding] {
    let names = [file.architecture.weak.name] + file.architecture.strong.map(\.modality.name)
    return names.compactMap { name in
      let fitted = Set(features.modalities[name]?.fittedOn ?? [])
      let count = file.training.validIds.count { fitted.contains($0) }
      guard count > 0 else { return nil }
      return Finding(
        .contaminatedSelection, "/training/valid_ids",
        "\(count) of \(file.training.validIds.count) sequences that selected were used to fit the"
          + " extractor of \"\(name)\"")
    }
  }
}
