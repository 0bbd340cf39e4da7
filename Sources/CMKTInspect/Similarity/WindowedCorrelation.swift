import CMKTFormat
package import Tensors

/// Correlation of the variates over time: in windows of each recording, around the window's means.
///
/// Windows stand side by side; a shorter last one counts from half its length on. A window of ten
/// decorrelation times has about ten independent values, so single values swing widely (±0.6):
/// their course over time, not one of them, is what to look at.
package struct WindowedCorrelation: Sendable, Equatable {
  /// The length of windows.
  package let windowRows: Int
  /// Recordings by windows: of the first component, and the mean of the leading ones.
  ///
  /// Not a number where a variate does not vary.
  package let first: [[Double]]
  package let mean: [[Double]]

  /// Windows of ten decorrelation times, at least sixteen rows.
  package static func windowRows(decorrelationRows: Int) -> Int {
    let (rows, overflows) = decorrelationRows.multipliedReportingOverflow(by: 10)
    return overflows ? .max : max(16, rows)
  }

  /// - Parameters:
  ///   - first: variates `[n, R]`; `second` the same.
  package init(
    first: Matrix, second: Matrix, recordings: [Range<Int>], windowRows: Int,
    componentCount: Int, threads: Int
  ) {
    let window = max(2, windowRows)
    self.windowRows = window
    let count = min(componentCount, first.columns, second.columns)
    let rows = parallelMap(recordings.count, threads: threads) { recording in
      let windows = Self.windows(of: recordings[recording], window)
      let values = windows.map { range in
        (0..<count).map { component in
          Self.correlation(first, second, component, range)
        }
      }
      return (
        values.map { $0.first ?? .nan },
        values.map { components in components.filter(\.isFinite).mean }
      )
    }
    self.first = rows.map(\.0)
    mean = rows.map(\.1)
  }

  private static func windows(of range: Range<Int>, _ window: Int) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var start = range.lowerBound
    while range.upperBound - start >= max(2, window - window / 2) {
      let end = range.upperBound - start > window ? start + window : range.upperBound
      windows.append(start..<end)
      start = end
    }
    return windows
  }

  private static func correlation(
    _ first: Matrix, _ second: Matrix, _ component: Int, _ range: Range<Int>
  ) -> Double {
    Pearson.correlation(
      range.map { first.elements[$0 * first.columns + component] },
      range.map { second.elements[$0 * second.columns + component] }) ?? .nan
  }
}
