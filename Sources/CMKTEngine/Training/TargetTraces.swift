import CMKTFormat
import Tensors

/// The targets of whole sequences, made comparable: who has nearly the same target as whom.
struct TargetTraces {
  /// Rows of a target that are compared, evenly spaced over a sequence.
  private static let pointCount = 32
  /// A sequence's partner is drawn among so many nearest ones, and those that are as near.
  private static let candidateCount = 5

  private let data: TrainingData
  /// By target the standard deviation of its training rows; 1 for classes.
  private let scales: [Double]

  init(of data: TrainingData) {
    self.data = data
    scales = data.targets.map { item in
      guard item.target.kind == .regression else { return 1 }
      let rows = data.plan.train.flatMap { Array(item.axis.rows(of: $0)) }
        .filter { item.target.valid[$0] }
      let values = rows.flatMap { Self.values(of: item, row: $0) }
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let deviation = (squares / Double(max(values.count, 1))).squareRoot()
      return deviation > 0 ? deviation : 1
    }
  }

  private static func values(of item: PreparedTarget, row: Int) -> [Double] {
    let width = item.target.columnCount
    return item.target.values.elements[(row * width)..<((row + 1) * width)].map { Double($0) }
  }

  /// A sequence of another group among `pool` whose targets are nearly those of `member`, drawn
  /// from the nearest.
  func partner(of member: Int, among pool: [Int], stream: inout RandomStream) -> Int {
    let others = SequenceExchange.foreign(to: member, among: pool, data.sequences)
    let distances = others.map { distance(from: member, to: $0) }
    let nearest = distances.sorted().prefix(Self.candidateCount).last ?? 0
    let candidates = zip(others, distances).filter { $0.1 <= nearest }.map(\.0)
    return candidates.randomElement(using: &stream) ?? member
  }

  /// The mean over the targets of the mean difference of what meets, in standard deviations, and
  /// for classes the share that differs; infinite where nothing meets.
  func distance(from first: Int, to second: Int) -> Double {
    var sum = 0.0
    for (item, scale) in zip(data.targets, scales) {
      let own = item.axis.rows(of: first)
      let other = item.axis.rows(of: second)
      guard !other.isEmpty else { return .infinity }
      var differences: [Double] = []
      let points = min(own.count, Self.pointCount)
      for point in 0..<points {
        let place = point * own.count / points
        let rows = (own.lowerBound + place, other.lowerBound + place % other.count)
        guard item.target.valid[rows.0], item.target.valid[rows.1] else { continue }
        differences.append(difference(rows.0, rows.1, of: item) / scale)
      }
      guard !differences.isEmpty else { return .infinity }
      sum += differences.reduce(0, +) / Double(differences.count)
    }
    return sum / Double(data.targets.count)
  }

  private func difference(_ first: Int, _ second: Int, of item: PreparedTarget) -> Double {
    let pairs = zip(Self.values(of: item, row: first), Self.values(of: item, row: second))
    if item.target.kind == .classes { return pairs.contains { $0 != $1 } ? 1 : 0 }
    return pairs.reduce(0) { $0 + abs($1.0 - $1.1) } / Double(item.target.columnCount)
  }
}
