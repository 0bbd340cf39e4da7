import CKernels
import Foundation
import Tensors
import Testing

/// The levels that this processor runs.
private let levels: [Int32] = [Int32(CK_PORTABLE), Int32(CK_V3), Int32(CK_V4)]
  .filter { $0 <= ck_best_level() }
/// Lengths around the vector widths.
private let lengths = [0, 1, 7, 8, 15, 16, 17, 33, 100]

private func floats(_ name: String, _ count: Int, scale: Double = 1) -> [Float] {
  sample(name, [count], scale: scale).elements.map { Float($0) }
}

private func worst(_ found: [Float], _ expected: [Double]) -> Double {
  #expect(found.count == expected.count)
  return zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
}

@Suite("Kernels against their reference in Swift, at each level")
struct KernelTests {
  @Test("Products, all layouts, around the tile and block sizes", arguments: levels)
  func product(level: Int32) {
    let extents = [(1, 1, 1), (5, 3, 0), (8, 32, 64), (13, 33, 7), (17, 70, 200), (250, 40, 193)]
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: ck_gemm_scratch())
    defer { unsafe scratch.deallocate() }
    for (m, n, k) in extents {
      let (a, b) = (floats("a", m * k), floats("b", k * n))
      let (bias, start) = (floats("bias", n), floats("c", m * n))
      for form in 0..<16 {
        let (left, right) = (form & 1 != 0, form & 2 != 0)
        let (hasBias, adds) = (form & 4 != 0, form & 8 != 0)
        var c = start
        unsafe ck_gemm_f32(
          level, left ? 1 : 0, right ? 1 : 0, m, n, k, a, left ? m : k, b, right ? k : n,
          hasBias ? bias : nil, adds ? 1 : 0, &c, n, scratch)
        let expected = Reference.product(
          a, b, m: m, n: n, k: k, transposesA: left, transposesB: right,
          bias: hasBias ? bias : nil, onto: adds ? start : nil)
        #expect(worst(c, expected) < 5e-5, "\(m) × \(n) × \(k), form \(form)")
      }
    }
  }

  @Test("A product's element does not depend on the other rows", arguments: levels)
  func productRows(level: Int32) {
    let scratch = UnsafeMutablePointer<Float>.allocate(capacity: ck_gemm_scratch())
    defer { unsafe scratch.deallocate() }
    let (m, n, k) = (29, 45, 400)
    let (a, b) = (floats("a", m * k), floats("b", k * n))
    var whole = Array(repeating: Float(0), count: m * n)
    unsafe ck_gemm_f32(level, 0, 0, m, n, k, a, k, b, n, nil, 0, &whole, n, scratch)
    for row in 0..<m {
      var one = Array(repeating: Float(0), count: n)
      let line = Array(a[row * k..<(row + 1) * k])
      unsafe ck_gemm_f32(level, 0, 0, 1, n, k, line, k, b, n, nil, 0, &one, n, scratch)
      #expect(one == Array(whole[row * n..<(row + 1) * n]))
    }
  }

  @Test("Packed products equal the others", arguments: levels)
  func packed(level: Int32) {
    let (m, n, k) = (11, 45, 30)
    let (a, b) = (floats("a", m * k), floats("b", k * n))
    var panels = Array(repeating: Float(0), count: ck_packed_count(n, k))
    var c = Array(repeating: Float(0), count: m * n)
    for transposes in [false, true] {
      unsafe ck_pack_f32(level, transposes ? 1 : 0, n, k, b, transposes ? k : n, &panels)
      unsafe ck_gemm_packed_f32(level, m, n, k, a, k, panels, nil, 0, &c, n)
      let expected = Reference.product(
        a, b, m: m, n: n, k: k, transposesA: false, transposesB: transposes, bias: nil, onto: nil)
      #expect(worst(c, expected) < 1e-5)
    }
  }

  @Test("exp, tanh and sigmoid: units in the last place", arguments: levels)
  func functions(level: Int32) {
    let x = (0..<40_001).map { Float($0 - 20_000) * 0.0035 } + [1e-20, -1e-20, 0, -0.0]
    let wide = x.map { Double($0) }
    var y = x
    var z = wide
    func ulps(_ function: (Double) -> Double) -> (Double, Double) {
      var (float, double) = (0.0, 0.0)
      for i in x.indices {
        let exact = function(wide[i])
        float = max(float, abs(Double(y[i]) - exact) / Double(max(abs(Float(exact)), 1e-36).ulp))
        double = max(double, abs(z[i] - exact) / max(abs(exact), 1e-300).ulp)
      }
      return (float, double)
    }
    unsafe ck_exp_f32(level, x.count, x, &y)
    unsafe ck_exp_f64(level, x.count, wide, &z)
    let exponential = ulps(exp)
    #expect(exponential.0 < 3 && exponential.1 < 3, "exp \(exponential)")
    unsafe ck_tanh_f32(level, x.count, x, &y)
    unsafe ck_tanh_f64(level, x.count, wide, &z)
    let hyperbolic = ulps(tanh)
    #expect(hyperbolic.0 < 3 && hyperbolic.1 < 4, "tanh \(hyperbolic)")
    unsafe ck_sigmoid_f32(level, x.count, x, &y)
    unsafe ck_sigmoid_f64(level, x.count, wide, &z)
    let logistic = ulps(Reference.sigmoid)
    #expect(logistic.0 < 4 && logistic.1 < 4, "sigmoid \(logistic)")
  }

  @Test("exp, tanh, sigmoid and ReLU: saturation, infinity and NaN", arguments: levels)
  func specials(level: Int32) {
    let x: [Float] = [.infinity, -.infinity, .nan, 1000, -1000]
    var y = x
    unsafe ck_exp_f32(level, 5, x, &y)
    #expect(y[0].isFinite && y[0] > 1e37 && y[1] < 1e-37 && y[2].isNaN)
    unsafe ck_tanh_f32(level, 5, x, &y)
    #expect(y[0] == 1 && y[1] == -1 && y[2].isNaN && y[3] == 1 && y[4] == -1)
    unsafe ck_sigmoid_f32(level, 5, x, &y)
    #expect(y[0] == 1 && y[1] < 1e-37 && y[2].isNaN)
    unsafe ck_relu_f32(level, 5, x, &y)
    #expect(y[0] == .infinity && y[1] == 0 && y[2].isNaN && y[3] == 1000 && y[4] == 0)
  }

  @Test("Sums, scaling, gradients of functions", arguments: levels)
  func elements(level: Int32) {
    for n in lengths {
      let (x, y, start) = (floats("x", n), floats("y", n), floats("z", n))
      var z = start
      unsafe ck_add_f32(level, n, x, y, &z)
      #expect(z == zip(x, y).map { $0 + $1 })
      for adds in [false, true] {
        let base = adds ? start.map { Double($0) } : start.map { _ in 0 }
        func check(_ name: String, _ slope: (Double, Double) -> Double) {
          let expected = x.indices.map { base[$0] + slope(Double(x[$0]), Double(y[$0])) }
          #expect(worst(z, expected) < 2e-6, "\(name), \(n)")
        }
        z = start
        unsafe ck_scale_f32(level, n, 0.3, x, adds ? 1 : 0, &z)
        check("scale") { x, _ in x * Double(Float(0.3)) }
        z = start
        unsafe ck_tanh_backward_f32(level, n, x, y, adds ? 1 : 0, &z)
        check("tanh") { (1 - $0 * $0) * $1 }
        z = start
        unsafe ck_sigmoid_backward_f32(level, n, x, y, adds ? 1 : 0, &z)
        check("sigmoid") { $0 * (1 - $0) * $1 }
        z = start
        unsafe ck_relu_backward_f32(level, n, x, y, adds ? 1 : 0, &z)
        check("relu") { $0 > 0 ? $1 : 0 }
      }
    }
  }

  @Test("Dropout: the mask of the hash, from any first index", arguments: levels)
  func dropout(level: Int32) {
    let key: UInt64 = 0x1234_5678_9abc_def0
    let x = floats("x", 100)
    for first in [0, 37] {
      var y = x
      unsafe ck_dropout_f32(level, 100, key, UInt32(first), 1 << 30, 2, x, 0, &y)
      let expected = x.indices.map { index in
        Reference.keeps(key, UInt32(first + index), 1 << 30) ? 2 * x[index] : 0
      }
      #expect(y == expected)
      unsafe ck_dropout_f32(level, 100, key, UInt32(first), 1 << 30, 2, x, 1, &y)
      #expect(y == expected.map { 2 * $0 })
    }
  }
}
