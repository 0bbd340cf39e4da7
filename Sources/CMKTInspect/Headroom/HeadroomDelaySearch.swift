import Tensors

/// How well both modalities together predict a target, by the delay that is assumed.
struct HeadroomDelaySearch {
  struct Point: Sendable, Equatable {
    let seconds: Double
    /// Held out, on the training groups.
    let share: Double
  }

  /// Rising.
  let points: [Point]

  /// The delay of the highest share, the least of equals.
  var best: Double {
    points.max { ($0.share, -$0.seconds) < ($1.share, -$1.seconds) }?.seconds ?? 0
  }

  /// Tries every delay on the same rows: those that have a label at each.
  ///
  /// - Throws: what the rows and the target refuse.
  init(_ data: HeadroomData) throws(InspectFailure) {
    let delays = HeadroomRequest.delays
    var targets: [Matrix] = []
    var rows: HeadroomRows?
    for delay in delays {
      let found = try data.rows(delaySeconds: delay).rows
      targets.append(found.target)
      // The longest delay has the fewest labels; its groups are the folds.
      rows = found
    }
    guard var rows else {
      points = []
      return
    }
    rows.target = Self.joined(targets)
    points = Self.points(rows, delays: delays, width: targets[0].columns, data.request)
  }

  /// The targets side by side; no label where one of them has none.
  private static func joined(_ targets: [Matrix]) -> Matrix {
    let (count, width) = (targets[0].rows, targets[0].columns)
    var elements: [Double] = []
    elements.reserveCapacity(count * width * targets.count)
    for row in 0..<count {
      let start = elements.count
      for target in targets {
        elements += target.elements[(row * width)..<((row + 1) * width)]
      }
      if elements[start...].contains(where: \.isNaN) {
        for place in start..<elements.count { elements[place] = .nan }
      }
    }
    return Matrix(rows: count, columns: width * targets.count, elements: elements)
  }

  private static func points(
    _ rows: HeadroomRows, delays: [Double], width: Int, _ request: HeadroomRequest
  ) -> [Point] {
    let columns = HeadroomColumns(rows, permutationCount: 0)
    let parts = (0..<rows.foldCount).map {
      rows.moments(rows.rows(.fold($0), labelled: true), threads: request.threads)
    }
    let inputs = columns.weak + columns.strong
    let fits = NestedRidge(
      parts: parts, inputs: inputs,
      groups: delays.indices.map { index in
        Array(columns.target[(index * width)..<((index + 1) * width)])
      }, ridges: request.ridges, threads: request.threads
    ).fits(holdingOut: parts.indices.map { $0 })
    var errors = Array(repeating: 0.0, count: columns.target.count)
    var totals = errors
    for (fold, fit) in fits.enumerated() {
      let own = parts[fold].squaredErrors(
        of: fit.map, inputs: inputs, outputs: columns.target)
      guard let fitted = Moments.sum(parts.indices.filter { $0 != fold }.map { parts[$0] })
      else { continue }
      for (place, column) in columns.target.enumerated() {
        errors[place] += own[place]
        totals[place] += parts[fold].squaredDistance(
          column, from: fitted.sum(column) / max(1, fitted.count))
      }
    }
    return delays.indices.map { index in
      let range = (index * width)..<((index + 1) * width)
      let total = totals[range].reduce(0, +)
      return Point(
        seconds: delays[index],
        share: total > 0 ? 1 - errors[range].reduce(0, +) / total : -.infinity)
    }
  }
}
