import CMKTInspect
import Tensors
import Testing

@Suite struct LaggedCorrelationTests {
  private func similarity(
    _ input: SimilarityInput, lagRows: Int = 20
  ) throws -> Similarity {
    try #require(Similarity(input, SimilarityInputs.options(lagRows: lagRows)))
  }

  /// The definition: sums over the rows where both are in the recording.
  private func curve(
    _ found: Similarity, _ component: Int, _ recordings: [Range<Int>], _ limit: Int
  )
    -> [Double]
  {
    (-limit...limit).map { lag in
      var (product, own, other) = (0.0, 0.0, 0.0)
      for range in recordings {
        func series(_ variates: Matrix) -> [Double] {
          let values = range.map { variates[$0, component] }
          let mean = values.reduce(0, +) / Double(max(1, values.count))
          return values.map { $0 - mean }
        }
        let (u, v) = (series(found.firstVariates), series(found.secondVariates))
        for row in u.indices where v.indices.contains(row + lag) {
          product += u[row] * v[row + lag]
          own += u[row] * u[row]
          other += v[row + lag] * v[row + lag]
        }
      }
      return product / (own * other).squareRoot()
    }
  }

  @Test func curvesFollowTheDefinition() throws {
    // Lengths beside powers of two, and one that is shorter than the lags.
    let input = SimilarityInputs.shifted(lengths: [64, 101, 3, 33, 1], shift: 1, seed: 8)
    let found = try similarity(input)
    let lags = try #require(found.lags)
    #expect(lags.lags == -20...20)
    #expect(lags.components.count == 2)
    for component in 0..<2 {
      let expected = curve(found, component, input.recordings, 20)
      for (a, b) in zip(lags.components[component], expected) { #expect(abs(a - b) < 1e-10) }
    }
    for (place, value) in lags.mean.enumerated() {
      #expect(abs(value - (lags.components[0][place] + lags.components[1][place]) / 2) < 1e-15)
    }
  }

  /// Digits: `Tests/interop/lag_reference.py`.
  @Test func agreesWithNumPy() throws {
    let lags = try #require(similarity(SimilarityInputs.formulas).lags)
    #expect(lags.lags == -5...5)
    let expected = [
      -0.13626772451536026, -0.783277566967008, 0.9308681534655423, -0.15410431491774096,
      -0.7717261983401689, 0.9373395605880787, -0.17697087208522086, -0.7573164919149187,
      0.9423485508791094, -0.195991645872651, -0.7461975211346951,
    ]
    for (a, b) in zip(lags.components[0], expected) { #expect(abs(a - b) < 1e-12) }
  }

  @Test(arguments: [
    (6, "text follows audio by 0.24 s (6 rows)"), (-1, "audio follows text by 0.04 s (1 row)"),
  ])
  func misalignmentIsFoundAndNamed(shift: Int, words: String) throws {
    let input = SimilarityInputs.shifted(
      lengths: [400, 300, 500, 350], shift: shift, seed: 4, secondsPerRow: 0.04)
    let lags = try #require(similarity(input).lags)
    #expect(lags.lags == -125...125)
    for peak in [lags.firstPeak, lags.meanPeak] {
      #expect(peak.lagRows == shift)
      // 99 draws, and over 700 different ways.
      #expect(peak.pValue >= 0.01 && peak.pValue < 0.012)
      #expect(peak.correlation > peak.correlationAtZero)
      #expect(peak.intervalRows?.contains(shift) == true)
      #expect(peak.intervalRows?.contains(0) == false)
    }
    #expect(lags.verdict(lags.firstPeak, "audio", "text").hasPrefix(words))
  }

  @Test func alignedViewsPeakAtZero() throws {
    let input = SimilarityInputs.shifted(lengths: [400, 300, 500], shift: 0, seed: 5)
    let lags = try #require(similarity(input).lags)
    #expect(lags.firstPeak.lagRows == 0)
    #expect(lags.firstPeak.correlation == lags.firstPeak.correlationAtZero)
    // Autocorrelation 0.8 a row halves in three rows to each side.
    let width = try #require(lags.firstPeak.widthRows)
    #expect(width > 3 && width < 10)
    #expect(
      lags.verdict(lags.firstPeak, "a", "b") == "Highest at lag 0: no sign of misalignment.")
  }

  /// Slow but independent series: the highest of all lags passes 5 % about one time in twenty.
  @Test func turnedPairsHoldTheLevel() throws {
    var passed = 0
    var options = SimilarityInputs.options()
    (options.retrievalRowCount, options.dissimilarityRowCount) = (20, 20)
    for seed in 0..<400 {
      let one = SimilarityInputs.shifted(
        lengths: [200, 250, 300, 220], shift: 0, seed: UInt64(2 * seed))
      let other = SimilarityInputs.shifted(
        lengths: [200, 250, 300, 220], shift: 0, seed: UInt64(2 * seed + 1))
      var input = one
      input.second = other.second
      // One column each, so that no direction is fitted to these rows.
      let directions = Matrix(rows: 2, columns: 1, elements: [1, 0])
      (input.firstDirections, input.secondDirections) = (directions, directions)
      let lags = try #require(Similarity(input, options)?.lags)
      if lags.firstPeak.pValue <= 0.05 { passed += 1 }
    }
    // 20 of 400 are expected; more than 29 have a chance of 2 in 100.
    #expect(passed <= 29)
  }

  @Test func lagsInSecondsAreBounded() throws {
    for step in [1e-9, 1e300, -1, 0, Double.nan, .infinity] {
      var input = SimilarityInputs.formulas
      input.secondsPerRow = step
      #expect(try similarity(input).lags != nil)
    }
  }

  @Test func windowsAreCorrelatedAroundTheirMeans() throws {
    // Digits: `Tests/interop/lag_reference.py`.
    let found = try similarity(SimilarityInputs.formulas)
    let windows = WindowedCorrelation(
      first: found.firstVariates, second: found.secondVariates,
      recordings: SimilarityInputs.formulas.recordings, windowRows: 16, componentCount: 1,
      threads: 1)
    let expected = [0.9401442871221564, 0.9346272570387809, 0.9391102195781253]
    #expect(windows.first.map(\.count) == [1, 1, 1])
    for (a, b) in zip(windows.first, expected) { #expect(abs(a[0] - b) < 1e-12) }
    #expect(windows.mean == windows.first)
    let halves = WindowedCorrelation(
      first: found.firstVariates, second: found.secondVariates, recordings: [0..<60],
      windowRows: 40, componentCount: 1, threads: 1)
    #expect(halves.first.map(\.count) == [2])
    #expect(WindowedCorrelation.windowRows(decorrelationRows: .max) == .max)
  }

  @Test func timeCoursesAreMeansOfBins() throws {
    let input = SimilarityInputs.shifted(lengths: [30, 70], shift: 0, seed: 1)
    let found = try similarity(input)
    let courses = try #require(found.timeCourses(of: input, binCount: 7))
    #expect(courses.recording == 1)
    #expect(courses.first.bins.first?.lowerBound == 30)
    #expect(courses.first.bins.map(\.count) == Array(repeating: 10, count: 7))
    let all = input.first.columnForTest(1)
    let mean = all.reduce(0, +) / 100
    let deviation = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 99).squareRoot()
    let bin = all[40..<50].reduce(0, +) / 10
    #expect(abs(courses.first.values[1, 1] - (bin - mean) / deviation) < 1e-12)
    #expect(found.timeCourses(of: input, recording: 2) == nil)
  }
}
