import CMKTInspect
import Foundation
import Tensors

/// Pairs of views for tests of similarity.
enum SimilarityInputs {
  /// Three and four columns that a few formulas make, 60 rows in three recordings.
  static var formulas: SimilarityInput {
    var first: [Double] = []
    var second: [Double] = []
    for row in 0..<60 {
      let i = Double(row)
      let x = (0..<3).map { sin(0.7 * i * Double($0 + 1) + Double($0)) + 0.1 * Double($0) }
      first += x
      second += [
        0.5 * sin(0.7 * i) + cos(1.3 * i), sin(1.4 * i + 1) * 0.3 + sin(2.9 * i + 0.2),
        cos(0.31 * i * i), x[2] * 0.2 + cos(2.1 * i),
      ]
    }
    return input(
      Matrix(rows: 60, columns: 3, elements: first),
      Matrix(rows: 60, columns: 4, elements: second), lengths: [20, 20, 20])
  }

  /// Two views with canonical directions of their own, without a ridge.
  static func input(
    _ first: Matrix, _ second: Matrix, lengths: [Int], secondsPerRow: Double? = nil
  ) -> SimilarityInput {
    let analysis = CanonicalAnalysis(first: first, second: second, ridge: 0)
    var start = 0
    let recordings = lengths.map { length -> Range<Int> in
      defer { start += length }
      return start..<(start + length)
    }
    return SimilarityInput(
      first: first, second: second, recordings: recordings,
      recordingNames: lengths.indices.map { "r\($0)" }, groups: Array(lengths.indices),
      secondsPerRow: secondsPerRow, firstDirections: analysis.firstDirections,
      secondDirections: analysis.secondDirections)
  }

  /// Rows of independent normal numbers.
  static func noise(
    _ rows: Int, _ columns: Int, seed: UInt64, _ purpose: String = "noise"
  ) -> Matrix {
    var stream = RandomStream(seed: seed, purpose: purpose)
    return Matrix(
      rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in stream.normal() })
  }

  /// Slowly varying series of two columns; the second view reads those of the first `shift` rows
  /// earlier, so that it follows it.
  static func shifted(
    lengths: [Int], shift: Int, seed: UInt64, secondsPerRow: Double? = nil, noise: Double = 0.3
  ) -> SimilarityInput {
    var stream = RandomStream(seed: seed, purpose: "shifted")
    var first: [Double] = []
    var second: [Double] = []
    for length in lengths {
      var state = [0.0, 0.0]
      var series: [[Double]] = []
      for _ in 0..<(length + 2 * abs(shift) + 50) {
        state = state.map { 0.8 * $0 + 0.6 * stream.normal() }
        series.append(state)
      }
      for row in 0..<length {
        let place = 50 + abs(shift) + row
        first += series[place].map { $0 + noise * stream.normal() }
        second += series[place - shift].map { $0 + noise * stream.normal() }
      }
    }
    let count = lengths.reduce(0, +)
    return input(
      Matrix(rows: count, columns: 2, elements: first),
      Matrix(rows: count, columns: 2, elements: second), lengths: lengths,
      secondsPerRow: secondsPerRow)
  }

  /// Options for small sets.
  static func options(threads: Int = 2, lagRows: Int = 20) -> SimilarityOptions {
    var options = SimilarityOptions(seed: 1, threads: threads)
    options.maximumLagRows = lagRows
    options.drawCount = 99
    return options
  }
}

extension Matrix {
  func columnForTest(_ column: Int) -> [Double] {
    (0..<rows).map { elements[$0 * columns + column] }
  }
}
