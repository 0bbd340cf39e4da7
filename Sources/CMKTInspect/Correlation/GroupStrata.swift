/// Groups of about equal length, which may exchange their recordings.
struct GroupStrata: Sendable {
  struct Stratum: Sendable {
    /// The recordings of each group that take part, as many for each.
    let groups: [[Int]]
    /// The rows kept of the first, second, … recording.
    let lengths: [Int]

    var rowCount: Int { groups.count * lengths.reduce(0, +) }
  }

  let strata: [Stratum]

  /// Whether every recording is kept whole.
  func keepsEveryRow(of views: PairedViews) -> Bool {
    strata.reduce(0) { $0 + $1.rowCount } == views.rowCount
  }

  /// With fewer there are fewer than `Repairing.fewestWays` ways; more give nothing.
  private static let sizes = 4...10

  /// Cuts the groups, by length, where that costs least.
  init(of views: PairedViews) {
    let sorted = Self.sortedGroups(of: views)
    guard sorted.count >= 2 * Self.sizes.lowerBound else {
      strata = sorted.isEmpty ? [] : [Self.withoutShortest(sorted, views)]
      return
    }
    let rows = sorted.map { $0.reduce(0) { $0 + views.recordings[$1].count } }
    let total = rows.reduce(0, +)
    // One group in a stratum stays where it is, on average: half its rows count as lost.
    let fixed = total / sorted.count / 2
    // The least cost of the first groups, and where their last stratum starts.
    var costs: [(cost: Int, start: Int)] = [(0, 0)]
    for end in 1...sorted.count {
      var best = (cost: Int.max, start: 0)
      for start in max(0, end - 2 * Self.sizes.upperBound)..<end
      where Self.sizes.contains(end - start) && costs[start].cost < Int.max {
        let all = rows[start..<end].reduce(0, +)
        let kept = Self.stratum(Array(sorted[start..<end]), views).rowCount
        let cost = costs[start].cost + all - kept + fixed
        if cost < best.cost { best = (cost, start) }
      }
      costs.append(best)
    }
    var strata: [Stratum] = []
    var end = sorted.count
    while end > 0 {
      let start = costs[end].start
      strata.append(Self.stratum(Array(sorted[start..<end]), views))
      end = start
    }
    self.strata = strata.reversed()
  }

  /// The recordings of each group, shortest groups first.
  private static func sortedGroups(of views: PairedViews) -> [[Int]] {
    var members: [Int: [Int]] = [:]
    for (recording, group) in views.groups.enumerated()
    where !views.recordings[recording].isEmpty {
      members[group, default: []].append(recording)
    }
    func key(_ recordings: [Int]) -> (Int, Int, Int) {
      (
        recordings.count, recordings.reduce(0) { $0 + views.recordings[$1].count },
        recordings.first ?? 0
      )
    }
    return members.values.sorted { key($0) < key($1) }
  }

  /// The stratum of all groups, or of those that are left without the shortest ones, whichever
  /// keeps most rows.
  private static func withoutShortest(_ groups: [[Int]], _ views: PairedViews) -> Stratum {
    var best = stratum(groups, views)
    var left = groups
    while left.count > sizes.lowerBound {
      left.removeFirst()
      let candidate = stratum(left, views)
      if candidate.rowCount > best.rowCount { best = candidate }
    }
    return best
  }

  private static func stratum(_ groups: [[Int]], _ views: PairedViews) -> Stratum {
    let places = groups.map(\.count).min() ?? 0
    let lengths = (0..<places).map { place in
      groups.map { views.recordings[$0[place]].count }.min() ?? 0
    }
    return Stratum(groups: groups.map { Array($0.prefix(places)) }, lengths: lengths)
  }
}
