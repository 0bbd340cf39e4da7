import CMKTInspect
import Foundation
import Tensors
import Testing

@Suite struct EmbeddingTests {
  /// Rows of `count` well separated clusters in turn, each of deviation 1.
  private func clusters(_ count: Int, rowCount: Int) -> Matrix {
    var rows = SimilarityInputs.noise(rowCount, 10, seed: 4)
    for row in 0..<rowCount { rows[row, row % count] += 12 }
    return rows
  }

  /// Expected: NumPy 2, `linalg.eigvalsh(cov(X.T))`.
  @Test func componentsAgreeWithNumPy() throws {
    let view = SimilarityInputs.formulas.first
    let found = try #require(PrincipalComponents(of: view, count: 3, threads: 2))
    let expected = [0.5324801588951417, 0.5099402562195088, 0.47817776724682]
    let total = expected.reduce(0, +)
    let scores = found.scores(of: view, threads: 2)
    for place in 0..<3 {
      #expect(abs(found.variances[place] - expected[place]) < 1e-12)
      #expect(abs(found.varianceShares[place] - expected[place] / total) < 1e-12)
      let column = scores.columnForTest(place)
      #expect(abs(column.reduce(0, +)) < 1e-10)
      #expect(abs(column.reduce(0) { $0 + $1 * $1 } / 59 - expected[place]) < 1e-12)
      let direction = found.directions.columnForTest(place)
      #expect((direction.max { abs($0) < abs($1) } ?? 0) > 0)
    }
  }

  @Test func clustersStayApart() throws {
    let rows = clusters(4, rowCount: 240)
    let found = try #require(NeighbourEmbedding(of: rows, threads: 2))
    #expect(found.perplexity == 30)
    // Every row's nearest neighbour in the plane is of its own cluster.
    for row in 0..<240 {
      func distance(_ other: Int) -> Double {
        let dx = found.positions[row, 0] - found.positions[other, 0]
        let dy = found.positions[row, 1] - found.positions[other, 1]
        return dx * dx + dy * dy
      }
      let nearest = (0..<240).filter { $0 != row }.min { distance($0) < distance($1) }
      #expect(try #require(nearest) % 4 == row % 4)
    }
    #expect(found == NeighbourEmbedding(of: rows, threads: 1))
  }

  /// scikit-learn 1.9's exact t-SNE ends at 0.32 to 0.33 nats on rows made alike, positions at
  /// random at 2.2.
  @Test func divergenceIsLow() throws {
    let found = try #require(NeighbourEmbedding(of: clusters(4, rowCount: 240), threads: 2))
    #expect(found.divergence > 0.2 && found.divergence < 0.4)
  }

  @Test func unusualRowsStayFinite() throws {
    let equal = Matrix(rows: 20, columns: 3, elements: Array(repeating: 1, count: 60))
    let line = Matrix(rows: 40, columns: 1, elements: (0..<40).map { Double($0) })
    var outlier = SimilarityInputs.noise(30, 2, seed: 1)
    outlier[3, 0] = 1e9
    for rows in [equal, line, outlier] {
      let found = try #require(NeighbourEmbedding(of: rows, threads: 2))
      #expect(found.positions.elements.allSatisfy { $0.isFinite })
      #expect(found.divergence.isFinite)
    }
    #expect(NeighbourEmbedding(of: SimilarityInputs.noise(7, 2, seed: 1), threads: 1) == nil)
    #expect(NeighbourEmbedding(of: SimilarityInputs.noise(1501, 1, seed: 1), threads: 1) == nil)
    outlier[3, 0] = 1e200
    #expect(NeighbourEmbedding(of: outlier, threads: 1) == nil)
    var broken = line
    broken[3, 0] = .nan
    #expect(NeighbourEmbedding(of: broken, threads: 1) == nil)
    #expect(PrincipalComponents(of: broken, count: 2, threads: 1) == nil)
  }

  @Test func viewsAreSampledInTimeOrder() throws {
    let view = SimilarityInputs.noise(500, 6, seed: 2)
    let found = try #require(
      ViewEmbedding(
        of: view, recordings: [0..<200, 200..<500], rowCount: 50, withNeighbours: false, seed: 1,
        threads: 1))
    #expect(found.neighbours == nil)
    #expect(found.sample.rows == found.sample.rows.sorted() && found.sample.rows.count == 50)
    #expect(found.componentScores.rows == 50 && found.componentScores.columns == 2)
    let all = found.components.scores(of: view, threads: 1)
    for (place, row) in found.sample.rows.enumerated() {
      #expect(abs(found.componentScores[place, 1] - all[row, 1]) < 1e-12)
    }
    let way = found.trajectory(of: view, rows: 200..<500, binCount: 3)
    let mean = (300..<400).reduce(0) { $0 + all[$1, 0] } / 100
    #expect(way.rows == 3 && abs(way[1, 0] - mean) < 1e-12)
  }
}
