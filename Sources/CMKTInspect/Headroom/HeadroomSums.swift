import CMKTFormat
import Tensors

/// What the judged rows of each group add up to.
struct HeadroomSums: Sendable {
  /// By group number of the file's groups that are judged.
  private(set) var groups: [Int] = []
  private(set) var rowCounts: [Int] = []
  /// By group: the sums that `index` names.
  private(set) var sums: [[Double]] = []
  private var places: [Int: Int] = [:]
  /// Classes times columns: what has a share of hits; 0 for a continuous target.
  let unitCount: Int

  /// The sums of a group, by their place.
  enum Index {
    /// Σ (y − ȳ)², around the mean of the rows that fit.
    static let total = 0
    /// The strong probe's answers around their mean; and what the taught probe misses of them.
    static let answer = 1
    static let answerError = 2
    /// The strong features around their means, and what the translation misses of them.
    static let features = 3
    static let featuresError = 4
    /// Squared errors of each probe.
    static func error(_ probe: HeadroomProbe) -> Int { 5 + place(probe) }
    /// How many rows each unit has.
    static func units(_ unit: Int) -> Int { 5 + HeadroomProbe.allCases.count + unit }
    /// How many of them a probe hits.
    static func hits(_ probe: HeadroomProbe, _ unit: Int, unitCount: Int) -> Int {
      units(0) + unitCount * (1 + place(probe)) + unit
    }
    static func count(unitCount: Int) -> Int {
      units(0) + unitCount * (1 + HeadroomProbe.allCases.count)
    }

    private static func place(_ probe: HeadroomProbe) -> Int {
      HeadroomProbe.allCases.firstIndex(of: probe) ?? 0
    }
  }

  init(unitCount: Int) { self.unitCount = unitCount }

  /// The place of `group`, which is made where it is new.
  mutating func place(of group: Int) -> Int {
    if let place = places[group] { return place }
    places[group] = groups.count
    groups.append(group)
    rowCounts.append(0)
    sums.append(Array(repeating: 0, count: Index.count(unitCount: unitCount)))
    return groups.count - 1
  }

  mutating func countRow(_ place: Int) { rowCounts[place] += 1 }

  mutating func add(_ value: Double, _ place: Int, _ index: Int) { sums[place][index] += value }

  var jackknife: GroupJackknife { GroupJackknife(sums: sums) }

  /// 1 − Σ(y − ŷ)² / Σ(y − ȳ)².
  static func share(_ error: Int, of total: Int) -> @Sendable ([Double]) -> Double {
    { sums in sums[total] > 0 ? 1 - sums[error] / sums[total] : .nan }
  }

  /// The mean share of hits over the units that have rows; NaN where there is none.
  func balancedAccuracy(_ probe: HeadroomProbe) -> @Sendable ([Double]) -> Double {
    let count = unitCount
    return { sums in
      var (total, units) = (0.0, 0.0)
      for unit in 0..<count where sums[Index.units(unit)] > 0 {
        total += sums[Index.hits(probe, unit, unitCount: count)] / sums[Index.units(unit)]
        units += 1
      }
      return units > 0 ? total / units : .nan
    }
  }

  /// How many groups of equal weight would be as informative: `(Σ s)² / Σ s²`, with the target's
  /// variation in each as its weight.
  var effectiveGroupCount: Double {
    let weights = sums.map { $0[Index.total] }
    let squares = weights.reduce(0) { $0 + $1 * $1 }
    let sum = weights.reduce(0, +)
    return squares > 0 ? sum * sum / squares : 0
  }
}

/// Lets the fitted probes answer the judged rows.
struct HeadroomJudge {
  let rows: HeadroomRows
  let kind: TargetKind
  private(set) var sums: HeadroomSums

  init(rows: HeadroomRows, kind: TargetKind) {
    self.rows = rows
    self.kind = kind
    let columns = rows.target.columns
    let unitCount =
      switch kind {
      case .regression: 0
      case .classes: columns
      case .binary, .multilabel: 2 * columns
      }
    sums = HeadroomSums(unitCount: unitCount)
  }

  /// Adds the labelled rows `judged`, which `probes` have not seen.
  mutating func add(_ judged: [Int], _ probes: FittedProbes) {
    for start in stride(from: 0, to: judged.count, by: HeadroomRows.blockSize) {
      let share = judged[start..<min(judged.count, start + HeadroomRows.blockSize)]
      add(block: rows.block(share), share, probes)
    }
  }

  private mutating func add(
    block: Matrix, _ share: ArraySlice<Int>, _ probes: FittedProbes
  ) {
    let (weakWidth, strongWidth) = (rows.weak.columns, rows.strong.columns)
    let all = 0..<block.rows
    let weak = block.part(rows: all, columns: 0..<(1 + weakWidth))
    let wide = block.part(rows: all, columns: 0..<(1 + weakWidth + strongWidth))
    let answers: [(HeadroomProbe, Matrix)] = [
      (.weak, weak.times(probes.weak, level: .best)),
      (.strong, wide.times(probes.strong.padded(after: weakWidth), level: .best)),
      (.both, wide.times(probes.both, level: .best)),
      (.predicted, weak.times(probes.predicted, level: .best)),
      (.weakAndPredicted, weak.times(probes.weakAndPredicted, level: .best)),
      (.taught, weak.times(probes.taught, level: .best)),
    ]
    let translated = weak.times(probes.translation, level: .best)
    for (line, row) in share.enumerated() {
      let place = sums.place(of: rows.groups[row])
      sums.countRow(place)
      addErrors(answers, line, row, place, probes)
      addVisibility(answers[1].1, answers[5].1, line, place, probes)
      for column in 0..<strongWidth {
        let value = rows.strong[row, column]
        let error = value - translated[line, column]
        // Inputs are standardised by the training split, so that their mean is 0.
        sums.add(value * value, place, HeadroomSums.Index.features)
        sums.add(error * error, place, HeadroomSums.Index.featuresError)
      }
    }
  }

  private mutating func addErrors(
    _ answers: [(HeadroomProbe, Matrix)], _ line: Int, _ row: Int, _ place: Int,
    _ probes: FittedProbes
  ) {
    let width = rows.target.columns
    let truth = (0..<width).map { rows.target[row, $0] }
    for column in 0..<width {
      let distance = truth[column] - probes.targetMeans[column]
      sums.add(distance * distance, place, HeadroomSums.Index.total)
    }
    let units = units(of: truth)
    for unit in units { sums.add(1, place, HeadroomSums.Index.units(unit)) }
    for (probe, values) in answers {
      var error = 0.0
      for column in 0..<width {
        let difference = truth[column] - values[line, column]
        error += difference * difference
      }
      sums.add(error, place, HeadroomSums.Index.error(probe))
      guard sums.unitCount > 0 else { continue }
      let raised = (0..<width).map { values[line, $0] - probes.targetMeans[$0] }
      for unit in Set(units).intersection(self.units(of: raised)) {
        sums.add(
          1, place, HeadroomSums.Index.hits(probe, unit, unitCount: sums.unitCount))
      }
    }
  }

  /// What a row belongs to.
  ///
  /// Of several classes the one whose value is highest; of single labels whether each is above 0.
  /// Answers come less their mean, so that rare classes count as much.
  private func units(of values: [Double]) -> [Int] {
    switch kind {
    case .regression: return []
    case .classes:
      return [values.indices.max { (values[$0], -$0) < (values[$1], -$1) } ?? 0]
    case .binary, .multilabel:
      return values.indices.map { 2 * $0 + (values[$0] > 0 ? 1 : 0) }
    }
  }

  private mutating func addVisibility(
    _ strong: Matrix, _ taught: Matrix, _ line: Int, _ place: Int, _ probes: FittedProbes
  ) {
    for column in 0..<strong.columns {
      let distance = strong[line, column] - probes.answerMeans[column]
      let error = strong[line, column] - taught[line, column]
      sums.add(distance * distance, place, HeadroomSums.Index.answer)
      sums.add(error * error, place, HeadroomSums.Index.answerError)
    }
  }
}

extension Matrix {
  /// This affine map with `count` inputs of no weight put before its own.
  fileprivate func padded(after count: Int) -> Matrix {
    Matrix(
      rows: rows + count, columns: columns,
      elements: elements[..<columns] + Array(repeating: 0, count: count * columns)
        + elements[columns...])
  }
}
