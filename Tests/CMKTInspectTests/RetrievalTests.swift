import CMKTInspect
import Tensors
import Testing

/// Measures that compare rows with rows.
///
/// Digits: `Tests/interop/similarity_reference.py`.
@Suite struct RetrievalTests {
  private func similarity(_ input: SimilarityInput) throws -> Similarity {
    try #require(Similarity(input, SimilarityInputs.options()))
  }

  @Test func agreesWithNumPy() throws {
    let found = try similarity(SimilarityInputs.formulas)
    #expect(found.decorrelationRows == 2)
    let sample = RowSample(
      count: 4000, of: SimilarityInputs.formulas.recordings, seed: 1, purpose: "rows")
    var weights = found.variates.correlations.map { $0.squareRoot() }
    weights = Array(weights)
    func weighted(_ view: Matrix) -> Matrix {
      var view = view
      for index in view.elements.indices { view.elements[index] *= weights[index % 3] }
      return view
    }
    let retrieval = Retrieval(
      first: weighted(found.firstVariates), second: weighted(found.secondVariates),
      sample: sample, gapRows: 5, threads: 2)
    let expected: [(queries: Int, pool: Double, numbers: [Double])] = [
      (60, 60, [7.0 / 60, 20.0 / 60, 32.0 / 60, 9.5, 0.24051040890831615, 0.07799784021586229]),
      (60, 41, [9.0 / 60, 24.0 / 60, 44.0 / 60, 7, 0.29332372520519073, 0.10494959226436133]),
      (60, 13, [9.0 / 60, 50.0 / 60, 58.0 / 60, 3, 0.43880411255411256, 0.24609962927665532]),
      (60, 60, [4.0 / 60, 19.0 / 60, 34.0 / 60, 7, 0.2011709647180437, 0.07799784021586229]),
      (60, 41, [7.0 / 60, 27.0 / 60, 46.0 / 60, 6, 0.25613284691458066, 0.10494959226436133]),
      (60, 13, [15.0 / 60, 54.0 / 60, 60.0 / 60, 3, 0.4933068783068783, 0.24609962927665532]),
    ]
    #expect(retrieval.lines.count == expected.count)
    for (line, expected) in zip(retrieval.lines, expected) {
      #expect(line.queryCount == expected.queries)
      #expect(abs(line.meanPoolCount - expected.pool) < 1e-9)
      let numbers =
        line.shares + [line.medianRank, line.meanReciprocalRank, line.chanceReciprocalRank]
      for (a, b) in zip(numbers, expected.numbers) { #expect(abs(a - b) < 1e-9) }
    }
  }

  @Test func dissimilaritiesAgreeWithSciPy() throws {
    let input = SimilarityInputs.formulas
    let sample = RowSample(count: 60, of: input.recordings, seed: 1, purpose: "rows")
    let found = RepresentationalSimilarity(
      first: input.first, second: input.second, sample: sample, gapRows: 5, threads: 2)
    let expected: [(Int, Double, Double)] = [
      (1200, 0.300447757255387, 0.26405088202537874),
      (360, 0.42412801539106526, 0.4746290670829168),
      (1200, 0.15623968488867004, 0.16335720836349418),
      (360, 0.29107812045874837, 0.27400749685333126),
    ]
    #expect(found.lines.count == 4)
    for (line, expected) in zip(found.lines, expected) {
      #expect(line.pairCount == expected.0)
      #expect(abs(try #require(line.spearman) - expected.1) < 1e-12)
      #expect(abs(try #require(line.pearson) - expected.2) < 1e-12)
    }
  }

  @Test func equalViewsAreFoundAtOnce() throws {
    let view = SimilarityInputs.noise(300, 6, seed: 5)
    let found = try similarity(SimilarityInputs.input(view, view, lengths: [100, 150, 50]))
    for retrieval in [found.canonicalRetrieval, try #require(found.plainRetrieval)] {
      #expect(retrieval.lines.count == 6)
      for line in retrieval.lines {
        #expect(line.shares == [1, 1, 1] && line.medianRank == 1)
        #expect(line.meanReciprocalRank == 1)
      }
    }
  }

  /// A view that is the same everywhere finds its partner by chance, not always.
  @Test func tiesAreNoHits() throws {
    let constant = Matrix(rows: 50, columns: 3, elements: Array(repeating: 2, count: 150))
    let found = try similarity(
      SimilarityInputs.input(
        constant, SimilarityInputs.noise(50, 3, seed: 1), lengths: [20, 30]))
    for line in try #require(found.plainRetrieval).lines where line.pool == .all {
      #expect(line.shares == [0, 0, 0])
      #expect(line.medianRank == 25.5)
    }
  }

  @Test func noiseIsFoundByChance() throws {
    let found = try similarity(
      SimilarityInputs.input(
        SimilarityInputs.noise(2000, 4, seed: 1), SimilarityInputs.noise(2000, 4, seed: 2),
        lengths: Array(repeating: 100, count: 20)))
    for line in try #require(found.plainRetrieval).lines {
      // Ten standard errors of a share of 2000 queries.
      for (share, chance) in zip(line.shares, line.chances) {
        #expect(abs(share - chance) < 10 * (chance / 2000).squareRoot())
      }
      #expect(abs(line.medianRank - line.meanPoolCount / 2) < 0.1 * line.meanPoolCount)
    }
  }

  /// Forty columns on each side fit 300 rows of noise: in-sample partners find each other, held out
  /// they do not.
  @Test func heldOutRetrievalIsNotFitted() throws {
    let found = try similarity(
      SimilarityInputs.input(
        SimilarityInputs.noise(300, 40, seed: 1), SimilarityInputs.noise(300, 40, seed: 2),
        lengths: Array(repeating: 30, count: 10)))
    let fitted = try #require(found.canonicalRetrieval.lines.first)
    let heldOut = try #require(found.heldOutRetrieval?.lines.first)
    #expect(fitted.medianRank < 0.2 * fitted.meanPoolCount)
    // Candidates are those of the own fold of two recordings.
    #expect(heldOut.queryCount == 300 && heldOut.meanPoolCount == 60)
    #expect(abs(heldOut.medianRank - 30.5) < 6)
    let alone = SimilarityInputs.noise(30, 2, seed: 1)
    let oneGroup = try similarity(SimilarityInputs.input(alone, alone, lengths: [30]))
    #expect(oneGroup.heldOutRetrieval == nil)
  }

  @Test func samplesTakeARowOfEachStretch() {
    let recordings = [0..<1000, 1000..<1000, 1000..<5003]
    let sample = RowSample(count: 500, of: recordings, seed: 3, purpose: "rows")
    #expect(sample.rows.count == 500 && sample.populationCount == 5003)
    for (stretch, row) in sample.rows.enumerated() {
      let step = 5003.0 / 500
      #expect(Double(row) >= (Double(stretch) * step).rounded(.down))
      #expect(Double(row) < (Double(stretch + 1) * step).rounded(.up))
      #expect(sample.recordings[stretch] == (row < 1000 ? 0 : 2))
    }
    #expect(sample == RowSample(count: 500, of: recordings, seed: 3, purpose: "rows"))
    #expect(sample != RowSample(count: 500, of: recordings, seed: 4, purpose: "rows"))
  }
}
