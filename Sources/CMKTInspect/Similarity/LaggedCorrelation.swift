import CMKTFormat
import Tensors

/// Correlation of the leading variates when the second view is read some rows later or earlier.
///
/// At lag l row t of the first view stands beside row t + l of the second; pairs never cross a
/// recording, and each recording is centred by its own mean. A peak at l > 0 means that the second
/// view follows the first: views that belong together but are misaligned peak away from 0.
///
/// What no relation in time gives is drawn by turning the second view of each recording round in a
/// circle by an offset of its own, far from 0. O(n R log T) by Fourier transforms.
package struct LaggedCorrelation: Sendable, Equatable {
  /// Where a curve is highest, by magnitude.
  package struct Peak: Sendable, Equatable {
    /// In rows; positive where the second view follows.
    package let lagRows: Int
    package let correlation: Double
    /// The curve at lag 0.
    package let correlationAtZero: Double
    /// The width of the peak at half its height; nil where the curve does not fall to it.
    package let widthRows: Double?
    /// How rarely turned pairings have as large a scaled product at any lag.
    package let pValue: Double
    /// 95 % of drawn groups of recordings peak in here; nil for fewer than three groups.
    package let intervalRows: ClosedRange<Int>?
  }

  /// From the longest lag back to the longest ahead, in rows.
  package let lags: ClosedRange<Int>
  package let secondsPerRow: Double?
  /// Leading components by lags.
  package let components: [[Double]]
  /// The mean of the leading components by lags.
  package let mean: [Double]
  /// 95 % of magnitudes of turned pairings at one lag, and of their highest over all lags: of the
  /// first component, and of the mean.
  package let firstBand: (oneLag: Double, allLags: Double)
  package let meanBand: (oneLag: Double, allLags: Double)
  package let firstPeak: Peak
  package let meanPeak: Peak
  /// How often pairs were turned.
  package let drawCount: Int
  /// Offsets of turns are at least as many rows in the longest recording.
  package let leastTurnRows: Int

  /// Equal in every number.
  package static func == (a: LaggedCorrelation, b: LaggedCorrelation) -> Bool {
    a.lags == b.lags && a.secondsPerRow == b.secondsPerRow && a.components == b.components
      && a.mean == b.mean && a.firstBand == b.firstBand && a.meanBand == b.meanBand
      && a.firstPeak == b.firstPeak && a.meanPeak == b.meanPeak && a.drawCount == b.drawCount
      && a.leastTurnRows == b.leastTurnRows
  }

  /// Nil where no recording is long enough for lags.
  ///
  /// Groups of recordings are drawn as a whole for intervals of the peak.
  init?(
    _ recordings: RecordingLags, _ input: SimilarityInput, _ options: SimilarityOptions,
    decorrelationRows: Int
  ) {
    let threads = options.threads
    let longest = recordings.products.map { $0.first?.count ?? 0 }.max() ?? 0
    let limit = min(options.lagRows(secondsPerRow: input.secondsPerRow), longest / 4)
    guard limit > 0, recordings.componentCount > 0, options.drawCount > 0 else { return nil }
    let lags = -limit...limit
    self.lags = lags
    secondsPerRow = input.secondsPerRow
    drawCount = options.drawCount
    let everything = Array(repeating: 1.0, count: recordings.products.count)
    let curves = parallelMap(recordings.componentCount, threads: threads) { component in
      recordings.curve(component, lags: lags, weights: everything)
    }
    components = curves
    mean = Self.mean(curves)
    let turns = TurnedPairs(
      recordings, lags: lags, decorrelationRows: decorrelationRows,
      drawCount: options.drawCount, seed: options.seed, threads: threads)
    leastTurnRows = turns.leastOffset
    firstBand = turns.first.band
    meanBand = turns.mean.band
    let draws = PeakDraws(
      recordings, groups: input.groups, lags: lags, drawCount: options.drawCount,
      seed: options.seed, threads: threads)
    // Turned pairings have all rows at every lag: judged by correlations, long lags of few rows
    // would stand out by chance.
    let scaled = curves.indices.map { recordings.scaledProducts($0, lags: lags) }
    firstPeak = Self.peak(
      curves[0], lags, turns.first.pValue(of: scaled[0], ways: turns.ways), draws?.first)
    meanPeak = Self.peak(
      mean, lags, turns.mean.pValue(of: Self.mean(scaled), ways: turns.ways), draws?.mean)
  }

  static func mean(_ curves: [[Double]]) -> [Double] {
    guard let first = curves.first else { return [] }
    return first.indices.map { lag in
      curves.reduce(0) { $0 + $1[lag] } / Double(curves.count)
    }
  }

  /// The place of the largest magnitude; of equal ones the closest to lag 0.
  static func place(of curve: [Double]) -> Int {
    let middle = curve.count / 2
    return curve.indices.max { a, b in
      (abs(curve[a]), -abs(a - middle), -a) < (abs(curve[b]), -abs(b - middle), -b)
    } ?? middle
  }

  private static func peak(
    _ curve: [Double], _ lags: ClosedRange<Int>, _ pValue: Double, _ drawn: [Int]?
  ) -> Peak {
    let place = place(of: curve)
    return Peak(
      lagRows: lags.lowerBound + place, correlation: curve[place],
      correlationAtZero: curve[-lags.lowerBound], widthRows: width(of: curve, at: place),
      pValue: pValue,
      intervalRows: drawn.map { interval($0) })
  }

  private static func interval(_ drawn: [Int]) -> ClosedRange<Int> {
    let sorted = drawn.sorted()
    guard let first = sorted.first, let last = sorted.last else { return 0...0 }
    let cut = sorted.count * 25 / 1000
    return cut < sorted.count - 1 - cut
      ? sorted[cut]...sorted[sorted.count - 1 - cut] : first...last
  }

  /// Between the two places where the curve falls to half its peak, linear between lags.
  private static func width(of curve: [Double], at place: Int) -> Double? {
    let sign = curve[place] < 0 ? -1.0 : 1.0
    let half = abs(curve[place]) / 2
    func fall(_ step: Int) -> Double? {
      var index = place
      while curve.indices.contains(index + step) {
        let (here, next) = (sign * curve[index], sign * curve[index + step])
        if next <= half {
          let share = here > next ? (here - half) / (here - next) : 0
          return Double(abs(index - place)) + share
        }
        index += step
      }
      return nil
    }
    guard half > 0, let left = fall(-1), let right = fall(1) else { return nil }
    return left + right
  }
}
