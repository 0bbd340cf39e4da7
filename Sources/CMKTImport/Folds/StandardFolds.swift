import CMKTFormat

/// The splits that everybody uses for a data set, by the ids of its recordings.
struct StandardFolds: Sendable {
  let name: String
  private let splits: [String: Split]

  /// - Parameters: ids parted by white space.
  init(name: String, train: String, valid: String, test: String) {
    self.name = name
    var splits: [String: Split] = [:]
    for (split, ids) in [(Split.train, train), (.valid, valid), (.test, test)] {
      for id in ids.split(whereSeparator: \.isWhitespace) { splits[String(id)] = split }
    }
    self.splits = splits
  }

  /// The folds of all data sets that are known by name.
  static let all = [mosi, mosei]

  /// The split of a recording; nil where the folds do not have it.
  subscript(recording: String) -> Split? { splits[recording] }

  /// The folds that most of `recordings` are in; nil where there are no such.
  ///
  /// A part of a data set is enough, and a few strangers do not matter: MOSEI's files hold some
  /// recordings that no fold has.
  static func holding(_ recordings: Set<String>) -> StandardFolds? {
    all.first { folds in
      let knownCount = recordings.count { folds[$0] != nil }
      return knownCount > 0 && 2 * knownCount > recordings.count
    }
  }
}
