import Codecs

/// What one pass tells of a column: its spread and its ends.
package struct ColumnProfile: Sendable, Equatable {
  /// Values that count, and those among them that are not finite, which the rest leaves out.
  package private(set) var count = 0
  package private(set) var notFiniteCount = 0
  package private(set) var mean = 0.0
  /// Of the population.
  package private(set) var standardDeviation = 0.0
  /// Infinite where there is no value.
  package private(set) var minimum = Double.infinity
  package private(set) var maximum = -Double.infinity
  /// The lowest and the highest value but the two ends; nil where there is none.
  package private(set) var secondLowest: Double?
  package private(set) var secondHighest: Double?
  /// How often the ends occur.
  package private(set) var minimumCount = 0
  package private(set) var maximumCount = 0

  /// The profile of the `values` that count, O(n).
  package init(of values: ArraySlice<Float>, where flags: ArraySlice<Bool>) {
    var sum = 0.0
    var (low, secondLow) = (Float.infinity, Float.infinity)
    var (high, secondHigh) = (-Float.infinity, -Float.infinity)
    for (value, isValid) in zip(values, flags) where isValid {
      count += 1
      guard value.isFinite else {
        notFiniteCount += 1
        continue
      }
      sum += Double(value)
      if value < low {
        secondLow = low
        low = value
        minimumCount = 1
      } else if value == low {
        minimumCount += 1
      } else if value < secondLow {
        secondLow = value
      }
      if value > high {
        secondHigh = high
        high = value
        maximumCount = 1
      } else if value == high {
        maximumCount += 1
      } else if value > secondHigh {
        secondHigh = value
      }
    }
    let finiteCount = count - notFiniteCount
    guard finiteCount > 0 else { return }
    mean = sum / Double(finiteCount)
    (minimum, maximum) = (Double(low), Double(high))
    secondLowest = secondLow.isFinite ? Double(secondLow) : nil
    secondHighest = secondHigh.isFinite ? Double(secondHigh) : nil
    var squares = 0.0
    for (value, isValid) in zip(values, flags) where isValid && value.isFinite {
      squares += (Double(value) - mean) * (Double(value) - mean)
    }
    standardDeviation = (squares / Double(finiteCount)).squareRoot()
  }

  /// Whether all values are one.
  package var isConstant: Bool { count > notFiniteCount && minimum == maximum }
}

extension ColumnProfile {
  /// The profile of each of `columns`, on `threads` threads.
  ///
  /// - Throws: `ScratchFailure`, where columns are not in memory.
  static func profiles(
    of columns: ColumnValues, threads: Int
  ) throws(ScratchFailure) -> [ColumnProfile] {
    try parallelMap(columns.columnCount, threads: threads) { (column) throws(ScratchFailure) in
      ColumnProfile(
        of: try columns.values(of: column), where: try columns.flags(of: column))
    }
  }
}

extension ColumnStatistics {
  /// The statistics that `profiles` tell, as files hold them.
  init(_ profiles: [ColumnProfile]) {
    count = profiles.map(\.count)
    mean = profiles.map(\.mean)
    standardDeviation = profiles.map(\.standardDeviation)
    minimum = profiles.map { $0.count == 0 ? 0 : $0.minimum }
    maximum = profiles.map { $0.count == 0 ? 0 : $0.maximum }
  }
}
