/// How the samples of a pickle are called.
enum PickledIDs {
  /// The ids spelled `texts`, whose spelling all of them must share.
  static func parse(_ texts: [String]) -> [EntryID] {
    let spelling = spelling(of: texts)
    return texts.map { EntryID($0, spelling: spelling) }
  }

  /// `v[0]`, `v$_$1` or `v_1`, where every one is spelled so; else names of recordings.
  ///
  /// Names may hold underscores and digits, so one that is not spelled so decides for all.
  static func spelling(of texts: [String]) -> ClipSpelling {
    for spelling in [ClipSpelling.brackets, .dollars, .underscore]
    where texts.allSatisfy({ EntryID($0, spelling: spelling).clip != nil }) {
      return spelling
    }
    return .none
  }

  /// Ids of samples that have none: the split and the place in it, such as `train-0001`.
  static func numbered(_ split: String, _ count: Int) -> [EntryID] {
    (0..<count).map { index in
      let number = String(index + 1)
      let zeros = String(repeating: "0", count: max(0, 4 - number.count))
      return EntryID(recording: "\(split)-\(zeros)\(number)")
    }
  }
}
