package import CMKTFormat
import Tensors

extension FeaturesFile {
  /// The modality called `name`, whose rows it has, and these, in memory or not.
  ///
  /// - Throws: `unknownName` with the nearest one; `unusableData` where it is not aligned yet, or
  ///   its rows are not those of its level.
  package func alignedModality(
    named name: String
  ) throws(EngineFailure) -> (modality: Modality, axis: RowAxis, rows: any RowReading) {
    guard let modality = modalities[name], let rows = rows(of: name) else {
      throw .unknownName(kind: "modality", name: name, known: modalities.keys.sorted())
    }
    let location = "/modalities/\(name)"
    let axis = try rowAxis(of: modality.level, at: location)
    try check(rows: rows.rowCount, of: axis, at: location)
    return (modality, axis, rows)
  }

  private func check(rows: Int, of axis: RowAxis, at location: String) throws(EngineFailure) {
    guard rows != axis.count else { return }
    throw .unusableData(
      location: location + "/values", expected: "\(axis.count) rows on level \(axis.level)",
      found: "\(rows)", remedy: "import the data again")
  }

  /// The target called `name`, with sound values.
  ///
  /// - Throws: `unknownName` with the nearest one; `unusableData` where its rows are not those of
  ///   its level, or for values that are marked valid and are not of the target's kind.
  package func usableTarget(named name: String) throws(EngineFailure) -> Target {
    guard let target = targets[name] else {
      throw .unknownName(kind: "target", name: name, known: targets.keys.sorted())
    }
    let location = "/targets/\(name)"
    try check(
      rows: target.rowCount, of: try rowAxis(of: target.level, at: location), at: location)
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
