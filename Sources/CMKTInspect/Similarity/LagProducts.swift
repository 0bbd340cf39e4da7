import CMKTFormat
import Tensors

/// Sums of products of two series of one recording at every lag, by Fourier transforms.
///
///     c[l] = Σ_t u[t] v[t + l]
///
/// over the t where both are in the recording. Padding with zeros keeps ends from meeting.
struct LagProducts: Sendable {
  /// T.
  let count: Int
  /// c[l] for l from −(T−1) to T−1.
  private let crossed: [Double]
  /// Σ_t u[t] u[t + l] and the same of v, l from 0.
  let firstOwn: [Double]
  let secondOwn: [Double]

  /// - Parameters:
  ///   - fourier: of a length of 2T or more.
  init(_ first: [Double], _ second: [Double], _ fourier: Fourier) {
    let count = first.count
    let length = fourier.count
    self.count = count
    // Two real series are one complex one.
    var real = first + Array(repeating: 0, count: length - count)
    var imaginary = second + Array(repeating: 0, count: length - count)
    fourier.transform(&real, &imaginary)
    var (crossReal, crossImaginary) = (real, imaginary)
    var (ownReal, ownImaginary) = (real, imaginary)
    for index in 0..<length {
      let mirror = index == 0 ? 0 : length - index
      let firstReal = (real[index] + real[mirror]) / 2
      let firstImaginary = (imaginary[index] - imaginary[mirror]) / 2
      let secondReal = (imaginary[index] + imaginary[mirror]) / 2
      let secondImaginary = (real[mirror] - real[index]) / 2
      // The conjugate of U times V.
      crossReal[index] = firstReal * secondReal + firstImaginary * secondImaginary
      crossImaginary[index] = firstReal * secondImaginary - firstImaginary * secondReal
      ownReal[index] = firstReal * firstReal + firstImaginary * firstImaginary
      ownImaginary[index] = secondReal * secondReal + secondImaginary * secondImaginary
    }
    fourier.inverse(&crossReal, &crossImaginary)
    fourier.inverse(&ownReal, &ownImaginary)
    let scale = 1 / Double(length)
    crossed = (0..<max(0, 2 * count - 1)).map { place in
      let lag = place - (count - 1)
      return crossReal[lag < 0 ? lag + length : lag] * scale
    }
    firstOwn = ownReal.prefix(count).map { $0 * scale }
    secondOwn = ownImaginary.prefix(count).map { $0 * scale }
  }

  /// c[l]; 0 where no rows meet.
  func at(_ lag: Int) -> Double {
    let place = lag + count - 1
    return crossed.indices.contains(place) ? crossed[place] : 0
  }

  /// The sums with the second series turned round in a circle by l, for l in 0 ..< T.
  var circular: [Double] {
    (0..<count).map { lag in at(lag) + (lag == 0 ? 0 : at(lag - count)) }
  }
}

/// The lag products of some components in every recording.
struct RecordingLags: Sendable {
  /// Recordings by components.
  let products: [[LagProducts]]
  /// Σ u² up to each row, `[T + 1]`, recordings by components; so of v.
  private let firstEnergies: [[[Double]]]
  private let secondEnergies: [[[Double]]]
  let componentCount: Int

  /// - Parameters:
  ///   - first: variates `[n, R]`, of which the first `componentCount` count; `second` the same.
  init(
    first: Matrix, second: Matrix, recordings: [Range<Int>], componentCount: Int, threads: Int
  ) {
    let components = min(componentCount, first.columns, second.columns)
    self.componentCount = components
    let all = parallelMap(recordings.count * components, threads: threads) { job in
      let range = recordings[job / components]
      let fourier = Fourier(atLeast: 2 * range.count)
      let (u, v) = (
        first.series(job % components, range), second.series(job % components, range)
      )
      return (LagProducts(u, v, fourier), Self.energies(u), Self.energies(v))
    }
    func split<Element>(_ flat: [Element]) -> [[Element]] {
      recordings.indices.map { Array(flat[($0 * components)..<(($0 + 1) * components)]) }
    }
    products = split(all.map(\.0))
    firstEnergies = split(all.map(\.1))
    secondEnergies = split(all.map(\.2))
  }

  private static func energies(_ series: [Double]) -> [Double] {
    var sums = [0.0]
    sums.reserveCapacity(series.count + 1)
    var sum = 0.0
    for value in series {
      sum += value * value
      sums.append(sum)
    }
    return sums
  }

  /// Of one recording and component at `lag`: the sum of products and both sums of squares over
  /// the rows that meet.
  func parts(_ recording: Int, _ component: Int, _ lag: Int) -> (
    product: Double, first: Double, second: Double
  ) {
    let sums = products[recording][component]
    let size = abs(lag)
    guard size < sums.count else { return (0, 0, 0) }
    let (u, v) = (
      firstEnergies[recording][component], secondEnergies[recording][component]
    )
    let (head, tail) = (sums.count - size, size)
    return lag >= 0
      ? (sums.at(lag), u[head], v[sums.count] - v[tail])
      : (sums.at(lag), u[sums.count] - u[tail], v[head])
  }

  /// Correlations at `lags` over the recordings that `weights` counts.
  func curve(_ component: Int, lags: ClosedRange<Int>, weights: [Double]) -> [Double] {
    lags.map { lag in
      var (product, first, second) = (0.0, 0.0, 0.0)
      for recording in products.indices where weights[recording] > 0 {
        let parts = parts(recording, component, lag)
        product += weights[recording] * parts.product
        first += weights[recording] * parts.first
        second += weights[recording] * parts.second
      }
      let scale = (first * second).squareRoot()
      return scale > 0 ? min(1, max(-1, product / scale)) : 0
    }
  }

  /// The sums of products at `lags`, over √(Σ u² Σ v²) of all rows: lower than correlations where
  /// fewer rows meet.
  func scaledProducts(_ component: Int, lags: ClosedRange<Int>) -> [Double] {
    let scale = scale(component)
    return lags.map { lag in
      let sum = products.reduce(0) { $0 + $1[component].at(lag) }
      return scale > 0 ? sum / scale : 0
    }
  }

  /// Σ u² Σ v² of all rows of `component`, rooted.
  func scale(_ component: Int) -> Double {
    var (first, second) = (0.0, 0.0)
    for recording in products.indices {
      first += firstEnergies[recording][component].last ?? 0
      second += secondEnergies[recording][component].last ?? 0
    }
    return (first * second).squareRoot()
  }
}

extension Matrix {
  /// Column `column` over the rows in `range`, around its mean there.
  func series(_ column: Int, _ range: Range<Int>) -> [Double] {
    var values = range.map { elements[$0 * columns + column] }
    let mean = values.isEmpty ? 0 : values.mean
    for index in values.indices { values[index] -= mean }
    return values
  }
}
