import CMKTFormat

/// The parts of the training groups that a cross-fitted teacher is blind to, one after the other.
package struct TeacherFolds: Sendable {
  /// By fold, the training sequences that its teacher does not see.
  package let heldOut: [[Int]]
  /// By fold, the unlabelled sequences of the same groups.
  package let heldOutUnlabelled: [[Int]]

  /// `count` folds of whole groups, chosen by a hash of the group's id and not by the seed.
  ///
  /// - Throws: `unusableData` where there are fewer groups than folds.
  package init(count: Int, of data: TrainingData) throws(EngineFailure) {
    let groups = Set(data.plan.train.map(data.sequences.group))
      .sorted { (stableHash($0), $0) < (stableHash($1), $1) }
    guard groups.count >= count, count > 1 else {
      throw .unusableData(
        location: "/sequences", expected: "training groups for teacher.folds=\(count)",
        found: "\(groups.count)", remedy: "set teacher.folds to 0, or to 2 up to that number")
    }
    let folds = Dictionary(
      uniqueKeysWithValues: groups.enumerated().map { ($1, $0 % count) })
    func members(_ indices: [Int]) -> [[Int]] {
      (0..<count).map { fold in
        indices.filter { folds[data.sequences.group(of: $0)] == fold }
      }
    }
    heldOut = members(data.plan.train)
    heldOutUnlabelled = members(data.plan.unlabelled)
  }

  /// `data` without the training sequences of fold `index`.
  package func data(withoutFold index: Int, of data: TrainingData) -> TrainingData {
    var result = data
    let blind = Set(heldOut[index])
    result.plan.train.removeAll(where: blind.contains)
    return result
  }
}
