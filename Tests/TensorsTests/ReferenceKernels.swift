import Foundation

/// What the kernels compute, in plain Swift and double precision.
enum Reference {
  static func product(
    _ a: [Float], _ b: [Float], m: Int, n: Int, k: Int, transposesA: Bool, transposesB: Bool,
    bias: [Float]?, onto c: [Float]?
  ) -> [Double] {
    var result = Array(repeating: 0.0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        var sum = Double(c?[i * n + j] ?? bias?[j] ?? 0)
        for p in 0..<k {
          let left = transposesA ? a[p * m + i] : a[i * k + p]
          let right = transposesB ? b[j * k + p] : b[p * n + j]
          sum += Double(left) * Double(right)
        }
        result[i * n + j] = sum
      }
    }
    return result
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// One GRU cell: the new state from projected inputs [3h] and recurrent terms [3h].
  static func cell(_ x: [Double], _ u: [Double], _ state: [Double]) -> [Double] {
    let h = state.count
    return (0..<h).map { i in
      let r = sigmoid(x[i] + u[i])
      let z = sigmoid(x[h + i] + u[h + i])
      let n = tanh(x[2 * h + i] + r * u[2 * h + i])
      return (1 - z) * n + z * state[i]
    }
  }

  /// Runs one sequence: projections [T][3h], U [3h, h], c [3h]; the states [T][h].
  static func recurrence(_ x: [[Double]], _ u: [Double], _ c: [Double], h: Int) -> [[Double]] {
    var state = Array(repeating: 0.0, count: h)
    return x.map { projected in
      let terms = (0..<3 * h).map { row in
        (0..<h).reduce(c[row]) { $0 + u[row * h + $1] * state[$1] }
      }
      state = cell(projected, terms, state)
      return state
    }
  }

  static func layerNorm(_ x: [Double], _ gain: [Double], _ bias: [Double]) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.indices.map { gain[$0] * (x[$0] - mean) / (variance + 1e-5).squareRoot() + bias[$0] }
  }

  /// Whether dropout keeps element `index`; see the kernel `dropout`.
  static func keeps(_ key: UInt64, _ index: UInt32, _ threshold: UInt32) -> Bool {
    func mix(_ value: UInt32) -> UInt32 {
      var x = value
      x = (x ^ (x >> 16)) &* 0x85eb_ca6b
      x = (x ^ (x >> 13)) &* 0xc2b2_ae35
      return x ^ (x >> 16)
    }
    let low = UInt32(truncatingIfNeeded: key)
    return mix(mix(index ^ low) &+ UInt32(key >> 32)) >= threshold
  }
}
