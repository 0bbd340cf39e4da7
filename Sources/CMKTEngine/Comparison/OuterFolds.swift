package import CMKTFormat

extension FeaturesFile {
  /// This file with fold `fold` (from 1) of `count` as its validation split, or with `isNested` as
  /// its test split, and the other folds for training.
  ///
  /// The folds share out the groups of the splits train and valid, by a hash of the group's id; a
  /// file's own test split takes no part. In the nested case validation is held out of the
  /// training groups by `validation.fraction`, so nothing of the fold selects anything. Unlabelled
  /// sequences of a group of the fold are left out with it.
  ///
  /// - Throws: `unusableData` where there are fewer groups than folds.
  package func leavingOut(
    fold: Int, of count: Int, isNested: Bool
  ) throws(EngineFailure) -> FeaturesFile {
    let members = sequences.splits.indices.filter {
      sequences.splits[$0] == .train || sequences.splits[$0] == .valid
    }
    let groups = Set(members.map(sequences.group))
      .sorted { (stableHash($0), $0) < (stableHash($1), $1) }
    guard groups.count >= count else {
      throw .unusableData(
        location: "/sequences", expected: "at least \(count) groups in train and valid",
        found: "\(groups.count)", remedy: "take fewer --folds")
    }
    let leftOut = Set(groups.indices.filter { $0 % count == fold - 1 }.map { groups[$0] })
    var file = self
    for index in sequences.splits.indices where sequences.splits[index] == .test {
      file.sequences.splits[index] = .none
    }
    for index in members {
      let isLeftOut = leftOut.contains(sequences.group(of: index))
      file.sequences.splits[index] = isLeftOut ? (isNested ? .test : .valid) : .train
    }
    for index in sequences.splits.indices where sequences.splits[index] == .unlabelled {
      if leftOut.contains(sequences.group(of: index)) { file.sequences.splits[index] = .none }
    }
    return file
  }
}
