import CMKTFormat

/// To which split and group each row of a modality or target belongs.
struct RowPlaces: Sendable {
  /// The split of each row, `[n]`; nil where a row belongs to no sequence.
  let splits: [Split?]
  /// The number of the group (speaker, or else recording) of each row, `[n]`.
  let groups: [Int]
  /// How many groups each split has.
  let groupCounts: [Split: Int]
  /// The split of each number: a group in two splits has two.
  let splitOfGroup: [Split]

  /// The places of the `rowCount` rows of `level`.
  ///
  /// - Parameter ownOffsets: of a modality with rows of its own, where each sequence begins.
  init(of level: Level, rowCount: Int, ownOffsets: [Int]?, in file: FeaturesFile) {
    let table = file.sequences
    var numbers: [String: Int] = [:]
    var splitOfGroup: [Split] = []
    let groupOfSequence = (0..<table.count).map { index in
      let key = "\(table.splits[index].rawValue)/\(table.group(of: index))"
      if let number = numbers[key] { return number }
      numbers[key] = splitOfGroup.count
      splitOfGroup.append(table.splits[index])
      return splitOfGroup.count - 1
    }
    let owners = file.sequences(ofRowsAt: level, rowCount: rowCount, ownOffsets: ownOffsets)
    splits = owners.map { $0 < 0 ? nil : table.splits[$0] }
    groups = owners.map { $0 < 0 ? 0 : groupOfSequence[$0] }
    self.splitOfGroup = splitOfGroup
    groupCounts = Dictionary(splitOfGroup.map { ($0, 1) }, uniquingKeysWith: +)
  }
}
