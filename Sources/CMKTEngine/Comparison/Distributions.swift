import Foundation

/// Student's t with `degrees` degrees of freedom.
package struct StudentDistribution: Sendable {
  package let degrees: Double

  /// - Precondition: `degrees` is positive.
  package init(degrees: Double) {
    precondition(degrees > 0)
    self.degrees = degrees
  }

  /// The probability of a value below `t`.
  ///
  ///     P(T < t) = 1 − I_x(ν/2, 1/2) / 2,  x = ν / (ν + t²),  for t ≥ 0
  package func probability(below t: Double) -> Double {
    guard !t.isInfinite else { return t > 0 ? 1 : 0 }
    let tail =
      0.5 * incompleteBeta(degrees / 2, 0.5, at: degrees / (degrees + t * t))
    return t >= 0 ? 1 - tail : tail
  }

  /// The value below which `t` lies with `probability`.
  package func quantile(_ probability: Double) -> Double {
    bisect { self.probability(below: $0) - probability }
  }
}

/// The zero of a rising function, by bisection, between ±1e6.
private func bisect(_ function: (Double) -> Double) -> Double {
  var (low, high) = (-1e6, 1e6)
  for _ in 0..<200 {
    let middle = 0.5 * (low + high)
    if function(middle) < 0 { low = middle } else { high = middle }
  }
  return 0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b).
func incompleteBeta(_ a: Double, _ b: Double, at x: Double) -> Double {
  guard x > 0 else { return 0 }
  guard x < 1 else { return 1 }
  // The fraction converges quickly below the mean.
  return x <= (a + 1) / (a + b + 2)
    ? betaFraction(a, b, at: x) : 1 - betaFraction(b, a, at: 1 - x)
}

/// I_x(a, b) by its continued fraction, with Lentz's method.
///
/// Source: Abramowitz & Stegun 26.5.8.
private func betaFraction(_ a: Double, _ b: Double, at x: Double) -> Double {
  let normaliser = lgamma(a + b) - lgamma(a) - lgamma(b)
  let factor = exp(normaliser + a * log(x) + b * log(1 - x))
  let tiny = 1e-300
  func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / away(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...500 {
    let m = Double(step)
    let place = a + 2 * m
    let even: Double = m * (b - m) * x / ((place - 1) * place)
    d = 1 / away(1 + even * d)
    c = away(1 + even / c)
    fraction *= c * d
    let odd: Double = -(a + m) * (a + b + m) * x / (place * (place + 1))
    d = 1 / away(1 + odd * d)
    c = away(1 + odd / c)
    fraction *= c * d
    if abs(c * d - 1) < 1e-15 { break }
  }
  return factor * fraction / a
}
