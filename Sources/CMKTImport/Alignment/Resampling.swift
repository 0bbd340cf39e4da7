import Glibc

/// Rows at other times than they were made at; see `Formats/import/resampling.md`.
///
/// To fewer rows: a low-pass filter first, with the window of SciPy's `resample_poly` (a sinc of
/// ten zero crossings to each side under a Kaiser window of β = 5, its edge at half the new rate).
/// To more rows: straight lines between the centres of rows. Values that are not there, or not
/// valid, take no part; the weights of the others are scaled to sum to one.
package enum Resampling {
  private static let zeroCrossings = 10.0
  private static let kaiserBeta = 5.0
  /// Steps are equal where they differ by less than this share.
  private static let tolerance = 1e-6

  /// Intervals of `hopSeconds` on multiples of it, `[n, 2]`, that cover `intervals`.
  ///
  /// - Precondition: `hopSeconds` is positive.
  package static func frames(covering intervals: [Double], hopSeconds: Double) -> [Double]? {
    var start = Double.infinity
    var end = -Double.infinity
    for index in stride(from: 0, to: intervals.count, by: 2) {
      start = min(start, intervals[index])
      end = max(end, intervals[index + 1])
    }
    guard start.isFinite, end.isFinite else { return intervals.isEmpty ? [] : nil }
    // A row that ends a rounding error past a frame does not begin another.
    let first = ((start / hopSeconds) + tolerance).rounded(.down)
    let last = max(first + 1, ((end / hopSeconds) - tolerance).rounded(.up))
    guard last - first <= 100_000_000, abs(first) < 1e15 else { return nil }
    var frames: [Double] = []
    frames.reserveCapacity(2 * Int(last - first))
    for index in 0..<Int(last - first) {
      let number = first + Double(index)
      frames.append(number * hopSeconds)
      frames.append((number + 1) * hopSeconds)
    }
    return frames
  }

  /// `rows`, which have intervals, at the centres of `frames`, `[m, 2]`.
  ///
  /// An element of the result is valid where one that is lies within half a step of the frame's
  /// centre, the longer of the two steps; between rows, where both neighbours are.
  ///
  /// - Complexity: O(n + m · 20 · m's step / n's step) values.
  package static func rows(
    _ rows: TrackRows, columnCount: Int, at frames: [Double]
  ) -> TrackRows {
    let source = Samples(rows, columnCount: columnCount)
    let centres = stride(from: 0, to: frames.count, by: 2).map { (frames[$0] + frames[$0 + 1]) / 2 }
    let step = medianStep(centres.sorted()) ?? frames.first.map { frames[1] - $0 } ?? 0
    let sourceStep = medianStep(source.times) ?? 0
    var output = Output(count: centres.count, columnCount: columnCount)
    if step > sourceStep * (1 + tolerance) {
      filter(source, sourceStep, step, centres, &output)
    } else {
      interpolate(source, max(step, sourceStep), centres, &output)
    }
    var result = TrackRows(values: output.values, intervals: frames)
    if output.valid.contains(false) { result.validity = .elements(output.valid) }
    return result
  }

  /// Indices and values of `times`, earlier ones first.
  private static func byTime(_ times: [Double]) -> [(offset: Int, element: Double)] {
    times.enumerated().sorted { ($0.element, $0.offset) < ($1.element, $1.offset) }
  }

  /// The median of the steps between ascending `times`; nil for fewer than two.
  static func medianStep(_ times: [Double]) -> Double? {
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }.sorted()
    return steps.isEmpty ? nil : steps[steps.count / 2]
  }

  private struct Output {
    var values: [Float]
    var valid: [Bool]

    init(count: Int, columnCount: Int) {
      values = [Float](repeating: 0, count: count * columnCount)
      valid = [Bool](repeating: false, count: count * columnCount)
    }
  }

  /// The weight of a row at `distance` from the centre of a frame.
  static func weight(distance: Double, stepSeconds: Double) -> Double {
    let radius = zeroCrossings * stepSeconds
    let share = distance / radius
    guard abs(share) <= 1 else { return 0 }
    let angle = Double.pi * distance / stepSeconds
    let sinc = abs(angle) < 1e-12 ? 1 : sin(angle) / angle
    return sinc * bessel(kaiserBeta * (1 - share * share).squareRoot()) / bessel(kaiserBeta)
  }

  /// The modified Bessel function of the first kind and order zero.
  private static func bessel(_ value: Double) -> Double {
    var sum = 1.0
    var term = 1.0
    var index = 1.0
    while term > 1e-17 * sum {
      term *= (value / (2 * index)) * (value / (2 * index))
      sum += term
      index += 1
    }
    return sum
  }

  private static func filter(
    _ source: Samples, _ sourceStep: Double, _ step: Double, _ centres: [Double],
    _ output: inout Output
  ) {
    let reach = zeroCrossings * step * (1 + tolerance)
    let near = max(step, sourceStep) / 2 * (1 + tolerance)
    var first = 0
    var sums = WeightedSums(columnCount: source.columnCount)
    for (frame, centre) in byTime(centres) {
      while first < source.times.count, source.times[first] < centre - reach { first += 1 }
      sums.clear()
      var row = first
      while row < source.times.count, source.times[row] <= centre + reach {
        let distance = source.times[row] - centre
        let weight = weight(distance: distance, stepSeconds: step) * source.durations[row]
        sums.add(source, row, weight, isNear: abs(distance) <= near)
        row += 1
      }
      sums.write(frame, to: &output)
    }
  }

  /// The weighted sum of each column over some rows.
  private struct WeightedSums {
    private var sums: [Double]
    /// The weights of rows that are there as a whole, and of single values.
    private var rowWeight = 0.0
    private var weights: [Double]
    private var isNear: [Bool]
    private var isRowNear = false

    init(columnCount: Int) {
      sums = [Double](repeating: 0, count: columnCount)
      weights = sums
      isNear = [Bool](repeating: false, count: columnCount)
    }

    mutating func clear() {
      for column in sums.indices {
        sums[column] = 0
        weights[column] = 0
        isNear[column] = false
      }
      rowWeight = 0
      isRowNear = false
    }

    mutating func add(_ source: Samples, _ row: Int, _ weight: Double, isNear near: Bool) {
      let start = source.order[row] * sums.count
      if source.isWhole[row] {
        for column in sums.indices {
          sums[column] += weight * Double(source.values[start + column])
        }
        rowWeight += weight
        if near { isRowNear = true }
        return
      }
      for column in sums.indices where source.isValid(start + column) {
        sums[column] += weight * Double(source.values[start + column])
        weights[column] += weight
        if near { isNear[column] = true }
      }
    }

    func write(_ frame: Int, to output: inout Output) {
      for column in sums.indices where isRowNear || isNear[column] {
        let weight = rowWeight + weights[column]
        guard weight > 0 else { continue }
        output.values[frame * sums.count + column] = Float(sums[column] / weight)
        output.valid[frame * sums.count + column] = true
      }
    }
  }

  private static func interpolate(
    _ source: Samples, _ step: Double, _ centres: [Double], _ output: inout Output
  ) {
    let width = source.columnCount
    let near = step / 2 * (1 + tolerance)
    var next = 0
    for (frame, centre) in byTime(centres) {
      while next < source.times.count, source.times[next] < centre { next += 1 }
      let before = next - 1
      let span =
        before >= 0 && next < source.times.count ? source.times[next] - source.times[before] : 0
      // Across a gap there is nothing to draw a line through.
      let isBetween = span > 0 && span <= 1.5 * step
      let share = isBetween ? (centre - source.times[before]) / span : 0
      let rows = [before, next].filter { $0 >= 0 && $0 < source.times.count }
      for column in 0..<width {
        let place = frame * width + column
        if isBetween {
          let low = source.order[before] * width + column
          let high = source.order[next] * width + column
          if source.isValid(low), source.isValid(high) {
            output.values[place] = Float(
              Double(source.values[low]) * (1 - share) + Double(source.values[high]) * share)
            output.valid[place] = true
            continue
          }
        }
        let candidates = rows.filter { row in
          abs(source.times[row] - centre) <= (isBetween ? 1e-9 : near)
            && source.isValid(source.order[row] * width + column)
        }
        let nearest = candidates.min {
          abs(source.times[$0] - centre) < abs(source.times[$1] - centre)
        }
        guard let nearest else { continue }
        output.values[place] = source.values[source.order[nearest] * width + column]
        output.valid[place] = true
      }
    }
  }
}

/// Rows as samples at the centres of their intervals, in the order of time.
private struct Samples {
  let columnCount: Int
  let values: [Float]
  /// Ascending.
  let times: [Double]
  /// The row of each time.
  let order: [Int]
  /// How long each row lasts; equal where rows follow at equal steps.
  let durations: [Double]
  /// Whether all values of a row are there, in the order of `times`.
  private(set) var isWhole: [Bool] = []
  private let validity: RowValidity

  init(_ rows: TrackRows, columnCount: Int) {
    self.columnCount = columnCount
    values = rows.values
    validity = rows.validity
    let intervals = rows.intervals ?? []
    let centres = stride(from: 0, to: intervals.count, by: 2).map {
      (intervals[$0] + intervals[$0 + 1]) / 2
    }
    let sorted = centres.indices.sorted { (centres[$0], $0) < (centres[$1], $1) }
    order = sorted
    times = sorted.map { centres[$0] }
    durations = sorted.map { row in
      let duration = intervals[2 * row + 1] - intervals[2 * row]
      return duration > 0 ? duration : 1e-9
    }
    isWhole = sorted.map { row in
      (row * columnCount..<(row + 1) * columnCount).allSatisfy { isValid($0) }
    }
  }

  func isValid(_ index: Int) -> Bool {
    guard values[index].isFinite else { return false }
    return switch validity {
    case .all: true
    case .rows(let flags): flags[index / columnCount]
    case .elements(let flags): flags[index]
    }
  }
}
