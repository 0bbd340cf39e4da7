package import CMKTFormat
import Tensors

extension FeaturesFile {
  /// The modality called `name`, on frames.
  ///
  /// - Throws: `unknownName` with the nearest one; `unusableData` where it is not on frames.
  package func frameModality(named name: String) throws(EngineFailure) -> Modality {
    guard let modality = modalities[name] else {
      throw .unknownName(kind: "modality", name: name, known: modalities.keys.sorted())
    }
    guard modality.level == .frame else {
      throw .unusableData(
        location: "/modalities/\(name)", expected: "level frame", found: "\(modality.level)",
        remedy: "import it aligned to the frames with --align")
    }
    return modality
  }

  /// The target called `name`, on frames or on whole sequences, with sound values.
  ///
  /// - Throws: `unknownName` with the nearest one; `unusableData` for another level, or for values
  ///   that are marked valid and are not of the target's kind.
  package func usableTarget(named name: String) throws(EngineFailure) -> Target {
    guard let target = targets[name] else {
      throw .unknownName(kind: "target", name: name, known: targets.keys.sorted())
    }
    guard target.level == .frame || target.level == .sequence else {
      throw .unusableData(
        location: "/targets/\(name)", expected: "level frame or sequence",
        found: "\(target.level)", remedy: "import it with --sequence segment")
    }
    try checkValues(of: target, named: name)
    return target
  }

  private func checkValues(of target: Target, named name: String) throws(EngineFailure) {
    let width = target.columnCount
    for row in 0..<target.rowCount where target.valid[row] {
      for column in 0..<width {
        let value = target.values.elements[row * width + column]
        guard !isSound(value, for: target) else { continue }
        throw .unusableData(
          location: "/targets/\(name)/values[\(row),\(column)]",
          expected: Self.expectation(of: target), found: "\(value)",
          remedy: "mark the row as not valid, or correct the source and import again")
      }
    }
  }

  private func isSound(_ value: Float, for target: Target) -> Bool {
    switch target.kind {
    case .regression: value.isFinite
    case .binary, .multilabel: value == 0 || value == 1
    case .classes: value >= 0 && value < Float(target.classCount) && value == value.rounded()
    }
  }

  private static func expectation(of target: Target) -> String {
    switch target.kind {
    case .regression: "a finite number"
    case .binary, .multilabel: "0 or 1"
    case .classes: "a class from 0 to \(target.classCount - 1)"
    }
  }
}
