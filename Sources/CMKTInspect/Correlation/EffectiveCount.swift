import CMKTFormat
import Tensors

/// How many independent rows the correlation of two series is worth.
///
/// Source: Pyper & Peterman 1998: `n / (1 + 2 Σ r_x(k) r_y(k))` over lags k, from pairs of rows of
/// one recording; the sum ends where a product falls below .01, and takes far lags by trapezia.
enum EffectiveCount {
  /// Of each pair of columns, around the means of `centring`.
  static func of(
    _ first: Matrix, _ second: Matrix, _ recordings: [Range<Int>], centring: [Range<Int>],
    threads: Int
  ) -> [Double] {
    let (x, y) = (first.centred(in: centring), second.centred(in: centring))
    return parallelMap(first.columns, threads: threads) { column in
      count(Series(x, column), Series(y, column), recordings)
    }
  }

  private static func count(_ x: Series, _ y: Series, _ recordings: [Range<Int>]) -> Double {
    let count = recordings.reduce(0) { $0 + $1.count }
    let longest = recordings.map(\.count).max() ?? 0
    var sum = 0.0
    var (lag, last, lastProduct) = (1, 0, 1.0)
    while lag < longest {
      let product =
        x.autocorrelation(lag, recordings) * y.autocorrelation(lag, recordings)
      // A trapezium holds every lag after the last one, this one included.
      let width = Double(lag - last)
      sum += width * (lastProduct + product) / 2 + (product - lastProduct) / 2
      guard product > 0.01 else { break }
      (last, lastProduct) = (lag, product)
      lag = max(lag + 1, lag * 5 / 4)
    }
    return max(1, Double(count) / (1 + 2 * max(0, sum)))
  }

  private struct Series {
    let values: [Double]
    let square: Double

    init(_ matrix: Matrix, _ column: Int) {
      values = (0..<matrix.rows).map { matrix[$0, column] }
      square = values.reduce(0) { $0 + $1 * $1 }
    }

    func autocorrelation(_ lag: Int, _ recordings: [Range<Int>]) -> Double {
      guard square > 0 else { return 0 }
      var sum = 0.0
      for range in recordings where range.count > lag {
        for row in range.lowerBound..<(range.upperBound - lag) {
          sum += values[row] * values[row + lag]
        }
      }
      return sum / square
    }
  }
}
