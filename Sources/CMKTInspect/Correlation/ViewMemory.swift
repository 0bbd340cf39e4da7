import CMKTFormat
import Foundation
import Tensors

/// How slowly the columns of a view vary inside recordings.
struct ViewMemory: Sendable {
  /// Means over the columns of the autocorrelation at `lags`, around each recording's mean.
  let autocorrelations: [Double]
  /// Rows: 1 to 8, then each a quarter longer than the one before.
  let lags: [Int]

  /// Below this, rows count as unrelated.
  private static let threshold = 0.1

  /// - Complexity: O(n K) for each of some 25 lags.
  init(of view: Matrix, _ recordings: [Range<Int>], threads: Int) {
    let columns = view.centred(in: recordings).standardisedColumns
    let longest = recordings.map(\.count).max() ?? 0
    let lags = Self.lags(below: longest / 2)
    self.lags = lags
    let raw = parallelMap(lags.count, threads: threads) { index in
      columns.autocorrelation(at: lags[index], recordings)
    }
    let rowCount = recordings.reduce(0) { $0 + $1.count }
    autocorrelations = Self.corrected(
      raw, lags, recordingCount: recordings.count, rowCount: rowCount)
  }

  /// Around the recording's own mean, autocorrelations come out too low by about `τ / T` with the
  /// integrated time `τ = 1 + 2 Σ ρ` and recordings of T rows (Marriott & Pope 1954).
  private static func corrected(
    _ raw: [Double], _ lags: [Int], recordingCount: Int, rowCount: Int
  ) -> [Double] {
    var values = raw
    for _ in 0..<5 {
      var time = 1.0
      var last = (lag: 0, value: 1.0)
      for (lag, value) in zip(lags, values) {
        guard value > threshold else { break }
        time += Double(lag - last.lag) * (last.value + value)
        last = (lag, value)
      }
      let bias = min(0.5, time * Double(recordingCount) / Double(max(1, rowCount)))
      values = raw.map { ($0 + bias) / (1 + bias) }
    }
    return values
  }

  /// The autocorrelation from lag 1 up to the first one below the threshold.
  var significant: [Double] {
    let last = rows - 1
    guard last >= 1 else { return [] }
    var place = 0
    return (1...last).map { lag in
      while place + 1 < lags.count, lags[place + 1] <= lag { place += 1 }
      guard place + 1 < lags.count else { return autocorrelations.last ?? 0 }
      let (low, high) = (autocorrelations[place], autocorrelations[place + 1])
      let share = Double(lag - lags[place]) / Double(lags[place + 1] - lags[place])
      return low + (high - low) * share
    }
  }

  private static func lags(below limit: Int) -> [Int] {
    var lags: [Int] = []
    var lag = 1
    while lag < limit {
      lags.append(lag)
      lag = max(lag + 1, lag * 5 / 4)
    }
    return lags
  }

  /// The first lag whose autocorrelation is below .1, between the lags looked at linearly; the
  /// last one where there is none.
  var rows: Int {
    for (index, value) in autocorrelations.enumerated() where value < Self.threshold {
      guard index > 0 else { return 1 }
      let (low, high) = (autocorrelations[index - 1], value)
      let share = low > high ? (low - Self.threshold) / (low - high) : 1
      let step = Double(lags[index] - lags[index - 1]) * share
      return lags[index - 1] + max(1, Int(step.rounded(.up)))
    }
    return max(1, lags.last ?? 1)
  }
}

extension Matrix {
  /// The rows in each of `ranges` less their mean.
  func centred(in ranges: [Range<Int>]) -> Matrix {
    var result = self
    for range in ranges {
      var mean = Array(repeating: 0.0, count: columns)
      for row in range {
        for column in 0..<columns { mean[column] += self[row, column] }
      }
      for column in 0..<columns { mean[column] /= Double(max(1, range.count)) }
      for row in range {
        for column in 0..<columns { result.elements[row * columns + column] -= mean[column] }
      }
    }
    return result
  }

  /// Centred columns, each with length 1; those without variation become zeros.
  var standardisedColumns: Matrix {
    let squares = columnProducts(self)
    let largest = squares.max() ?? 0
    let factors = squares.map { $0 > 1e-24 * largest ? 1 / $0.squareRoot() : 0 }
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result.elements[row * columns + column] *= factors[column] }
    }
    return result
  }

  /// The mean over the columns that vary of the autocorrelation of standardised columns, each
  /// pair of rows of the same recording.
  fileprivate func autocorrelation(at lag: Int, _ recordings: [Range<Int>]) -> Double {
    var sum = 0.0
    var square = 0.0
    for range in recordings where range.count > lag {
      let (start, end) = (range.lowerBound * columns, (range.upperBound - lag) * columns)
      var part = 0.0
      for index in start..<end { part += elements[index] * elements[index + lag * columns] }
      sum += part
      // What the sum would be without decay: pairs are fewer at longer lags.
      var own = 0.0
      for index in start..<(range.upperBound * columns) { own += elements[index] * elements[index] }
      square += own * Double(range.count - lag) / Double(range.count)
    }
    return square > 0 ? sum / square : 0
  }
}
