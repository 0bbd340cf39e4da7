import CMKTFormat
import Tensors

/// What stronger and weaker ridges give.
enum RidgePath {
  static func lines(_ moments: PartMoments, _ options: CorrelationOptions) -> [RidgeLine] {
    let width = moments.widths.first + moments.widths.second
    let rows = moments.first.reduce(0.0) { $0 + $1.count }
    let sums = moments.sums(over: Array(0..<moments.unitCount))
    let groupCount = Set(moments.moments.repairing.units.map(\.group)).count
    return parallelMap(options.ridgePath.count, threads: options.threads) { index in
      let ridge = options.ridgePath[index]
      let test = CrossValidatedTest(moments, ridge: ridge, foldCount: options.foldCount)
      let heldOut = groupCount > 1 && test.fewestFitRows > width ? test.observed : nil
      let first = Whitening(scatter: sums.first.scatter, ridge: ridge).matrix
      let second = Whitening(scatter: sums.second.scatter, ridge: ridge).matrix
      let inSample =
        Int(rows) - moments.unitCount > width
        ? first.times(sums.crossScatter).timesTransposed(second).roughSingularValues : nil
      return RidgeLine(
        ridge: ridge, inSample: inSample.map { ($0.first ?? 0, $0.mean) },
        heldOut: heldOut.map { ($0.first ?? 0, $0.mean) })
    }
  }
}
