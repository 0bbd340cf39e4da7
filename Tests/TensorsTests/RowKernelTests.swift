import CKernels
import Foundation
import Tensors
import Testing

private let levels: [Int32] = [Int32(CK_PORTABLE), Int32(CK_V3), Int32(CK_V4)]
  .filter { $0 <= ck_best_level() }

private func floats(_ name: String, _ count: Int) -> [Float] {
  sample(name, [count]).elements.map { Float($0) }
}

private func worst(_ found: [Float], _ expected: [Double]) -> Double {
  #expect(found.count == expected.count)
  return zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
}

@Suite("Kernels over rows, of training and of the recurrence, at each level")
struct RowKernelTests {
  @Test("Columns, gathering, scattering and pooling", arguments: levels)
  func rows(level: Int32) {
    for columns in [1, 15, 16, 21, 70] {
      let x = floats("x", 6 * columns)
      var y = floats("y", columns)
      let start = y
      unsafe ck_column_sum_f32(level, 6, columns, x, columns, &y)
      let sums = (0..<columns).map { j in
        (0..<6).reduce(Double(start[j])) { $0 + Double(x[$1 * columns + j]) }
      }
      #expect(worst(y, sums) < 1e-5)
      let picks: [Int32] = [4, 0, 4]
      var picked = Array(repeating: Float(0), count: 3 * columns)
      unsafe ck_gather_rows_f32(level, 3, columns, picks, x, &picked)
      #expect(picked == picks.flatMap { x[Int($0) * columns..<(Int($0) + 1) * columns] })
      var back = Array(repeating: Float(0), count: 6 * columns)
      unsafe ck_scatter_rows_f32(level, 3, columns, picks, picked, &back)
      #expect(back[4 * columns] == 2 * x[4 * columns] && back[columns] == 0)
      let weights: [Float] = [0.5, 0.5, 0, 0.25, 1, 0]
      var pooled = Array(repeating: Float(0), count: 2 * columns)
      unsafe ck_pool_rows_f32(level, 2, columns, [0, 2], [2, 5], weights, x, &pooled)
      let expected = [0..<2, 2..<5].flatMap { range in
        (0..<columns).map { j in
          range.reduce(0.0) { $0 + Double(weights[$1]) * Double(x[$1 * columns + j]) }
        }
      }
      #expect(worst(pooled, expected) < 1e-6)
      var slope = Array(repeating: Float(0), count: 6 * columns)
      unsafe ck_pool_rows_backward_f32(level, 2, columns, [0, 2], [2, 5], weights, pooled, &slope)
      #expect(slope[3 * columns] == weights[3] * pooled[columns] && slope[5 * columns] == 0)
      var narrow = Array(repeating: Float(1), count: 3 * columns)
      unsafe ck_copy_columns_f32(level, 3, columns, x, 2 * columns, 1, &narrow, columns)
      #expect(narrow[columns] == 1 + x[2 * columns])
      var centred = x
      let halves = Array(repeating: Float(0.25), count: 6)
      unsafe ck_centre_rows_f32(level, 6, columns, start, halves, &centred)
      #expect(centred[columns] == 0.5 * (x[columns] - start[0]))
    }
  }

  @Test("Layer normalisation", arguments: levels)
  func layerNorm(level: Int32) {
    for columns in [1, 16, 37] {
      let (x, gain, bias) = (floats("x", 3 * columns), floats("g", columns), floats("b", columns))
      var (normalised, y) = (x, x)
      var inverse = Array(repeating: Float(0), count: 3)
      unsafe ck_layer_norm_f32(level, 3, columns, 1e-5, x, gain, bias, &normalised, &inverse, &y)
      let expected = (0..<3).flatMap { row in
        Reference.layerNorm(
          x[row * columns..<(row + 1) * columns].map { Double($0) }, gain.map { Double($0) },
          bias.map { Double($0) })
      }
      #expect(worst(y, expected) < 1e-5)
      // A gradient in a constant shift of a row, or in its scale, vanishes.
      let start = floats("dx", 3 * columns)
      var (fresh, added) = (start, start)
      let dy = floats("dy", 3 * columns)
      unsafe ck_layer_norm_backward_f32(level, 3, columns, normalised, inverse, gain, dy, 0, &fresh)
      unsafe ck_layer_norm_backward_f32(level, 3, columns, normalised, inverse, gain, dy, 1, &added)
      #expect(added == zip(start, fresh).map { $0 + $1 })
      for row in 0..<3 {
        let range = row * columns..<(row + 1) * columns
        let scale = max(1, inverse[row])
        #expect(abs(fresh[range].reduce(0, +)) < 1e-4 * scale)
        let dot = range.reduce(Float(0)) { $0 + fresh[$1] * normalised[$1] }
        #expect(abs(dot) < 1e-4 * scale)
      }
      var sums = gain
      unsafe ck_column_product_sum_f32(level, 3, columns, dy, normalised, columns, &sums)
      let products = (0..<columns).map { column in
        (0..<3).reduce(Double(gain[column])) {
          $0 + Double(dy[$1 * columns + column]) * Double(normalised[$1 * columns + column])
        }
      }
      #expect(worst(sums, products) < 1e-5)
    }
  }

  @Test("Squared and absolute differences", arguments: levels)
  func losses(level: Int32) {
    for (columns, mode) in [(1, 0), (9, 0), (40, 0), (40, 1)] as [(Int, Int32)] {
      let (p, t) = (floats("p", 3 * columns), floats("t", 3 * columns))
      let weights: [Float] = [1, 0, 0.5]
      var sum = 0.0
      unsafe ck_difference_loss_f32(level, mode, 3, columns, p, t, weights, &sum)
      let expected = p.indices.reduce(0.0) {
        let d = Double(p[$1] - t[$1])
        return $0 + Double(weights[$1 / columns]) * (mode == 1 ? abs(d) : d * d)
      }
      #expect(abs(sum - expected) < 1e-9 * max(1, expected))
      var slope = p.map { _ in Float(0) }
      unsafe ck_difference_loss_backward_f32(level, mode, 3, columns, p, t, weights, 3, &slope)
      let slopes = p.indices.map { index in
        let d = Double(p[index] - t[index])
        return 3 * Double(weights[index / columns]) * (mode == 1 ? (d > 0 ? 1 : -1) : 2 * d)
      }
      #expect(worst(slope, slopes) < 1e-5)
    }
  }

  @Test("Conversions and the sum of squares", arguments: levels)
  func conversions(level: Int32) {
    let x = floats("x", 37)
    var wide = Array(repeating: 0.0, count: 37)
    unsafe ck_to_double_f32(level, 37, x, &wide)
    #expect(wide == x.map { Double($0) })
    var back = x
    unsafe ck_from_double_f32(level, 37, wide, 1, &back)
    #expect(back == x.map { 2 * $0 })
    var sum = 0.0
    unsafe ck_sum_squares_f32(level, 37, x, &sum)
    #expect(abs(sum - wide.reduce(0) { $0 + $1 * $1 }) < 1e-12)
  }

  @Test("Adam: one step", arguments: levels)
  func adam(level: Int32) {
    let g = floats("g", 37)
    var (w, m, v) = (floats("w", 37), floats("m", 37), floats("v", 37).map { $0 * $0 })
    let (w0, m0, v0) = (w, m, v)
    unsafe ck_adam_f32(level, 37, g, 0.5, 0.1, 0.2, 0.9, 0.999, 0.19, 0.002, 1e-3, &w, &m, &v)
    let expected = g.indices.map { i in
      let slope = 0.5 * Double(g[i])
      let first = 0.9 * Double(m0[i]) + 0.1 * slope
      let second = 0.999 * Double(v0[i]) + 0.001 * slope * slope
      return Double(w0[i]) * (1 - 0.02)
        - 0.1 * (first / 0.19) / ((second / 0.002).squareRoot() + 1e-3)
    }
    #expect(worst(w, expected) < 1e-4)
  }

  @Test("The recurrence over ragged sequences, forward", arguments: levels)
  func recurrence(level: Int32) {
    for h in [1, 5, 16, 20] {
      let lengths = [4, 2, 1]
      let x = floats("x", 7 * 3 * h)
      let (u, c) = (floats("u", 3 * h * h), floats("c", 3 * h))
      var gates = Array(repeating: Float(0), count: 7 * 4 * h)
      for frame in 0..<7 {
        for j in 0..<3 * h { gates[frame * 4 * h + j] = x[frame * 3 * h + j] }
      }
      var panels = Array(repeating: Float(0), count: ck_packed_count(3 * h, h))
      unsafe ck_pack_f32(level, 1, 3 * h, h, u, h, &panels)
      let (begin, rows): ([Int32], [Int32]) = ([0, 3, 5, 6, 7], [0, 4, 6, 1, 5, 2, 3])
      var out = Array(repeating: Float(0), count: 7 * h)
      var previous = out
      var state = Array(repeating: Float(0), count: 3 * h)
      var work = Array(repeating: Float(0), count: 9 * h)
      unsafe begin.withUnsafeBufferPointer { begin in
        unsafe rows.withUnsafeBufferPointer { rows in
          guard let first = begin.baseAddress, let row = rows.baseAddress else { return }
          var steps = unsafe ck_steps(count: 4, begin: first, rows: row)
          unsafe ck_gru_forward_f32(
            level, &steps, 0, 3, h, panels, c, &gates, &previous, &out, h, &state, &work)
        }
      }
      var expected: [Double] = []
      var first = 0
      for length in lengths {
        let projected = (first..<first + length).map { frame in
          x[frame * 3 * h..<(frame + 1) * 3 * h].map { Double($0) }
        }
        expected += Reference.recurrence(
          projected, u.map { Double($0) }, c.map { Double($0) }, h: h
        ).flatMap { $0 }
        first += length
      }
      #expect(worst(out, expected) < 1e-5)
      #expect(Array(previous[h..<2 * h]) == Array(out[0..<h]))
      #expect(previous[4 * h] == 0)
    }
  }
}
