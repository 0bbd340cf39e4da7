import Foundation

/// The discrete Fourier transform of lengths that are powers of two.
///
/// Source: Cooley & Tukey 1965, radix 2, in place, factors tabulated. O(N log N).
struct Fourier: Sendable {
  /// N.
  let count: Int
  private let cosines: [Double]
  private let sines: [Double]

  /// For lengths of the least power of two that is `count` or more.
  init(atLeast count: Int) {
    var length = 1
    while length < count { length <<= 1 }
    self.count = length
    let angles = (0..<max(1, length / 2)).map { -2 * Double.pi * Double($0) / Double(length) }
    cosines = angles.map { cos($0) }
    sines = angles.map { sin($0) }
  }

  /// `X_k = Σ_t x_t exp(−2πi k t / N)`, in place.
  ///
  /// - Precondition: `count` elements in both.
  func transform(_ real: inout [Double], _ imaginary: inout [Double]) {
    precondition(real.count == count && imaginary.count == count, "\(count) elements")
    reorder(&real, &imaginary)
    var half = 1
    while half < count {
      let step = count / (2 * half)
      for start in stride(from: 0, to: count, by: 2 * half) {
        for offset in 0..<half {
          let (cosine, sine) = (cosines[offset * step], sines[offset * step])
          let (upper, lower) = (start + offset, start + offset + half)
          let x = real[lower] * cosine - imaginary[lower] * sine
          let y = real[lower] * sine + imaginary[lower] * cosine
          real[lower] = real[upper] - x
          imaginary[lower] = imaginary[upper] - y
          real[upper] += x
          imaginary[upper] += y
        }
      }
      half <<= 1
    }
  }

  /// The inverse, `N` times as large; in place.
  func inverse(_ real: inout [Double], _ imaginary: inout [Double]) {
    // Exchanging both parts before and after turns one direction into the other.
    transform(&imaginary, &real)
  }

  /// Places in the order of their reversed binary digits.
  private func reorder(_ real: inout [Double], _ imaginary: inout [Double]) {
    var reversed = 0
    for index in 1..<max(1, count) {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed {
        real.swapAt(index, reversed)
        imaginary.swapAt(index, reversed)
      }
    }
  }
}
