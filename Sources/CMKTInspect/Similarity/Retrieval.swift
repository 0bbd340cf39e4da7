import CMKTFormat
package import Tensors

/// How often the row of one view finds its partner in the other among all candidates.
///
/// Rows are compared by the cosine of their vectors. The rank of the partner is one more than how
/// many candidates lie closer, ties counted half. Neighbours in time look alike, so beside all
/// candidates there are two stricter pools: those of other recordings only, which recognising the
/// recording wins, and those of the own recording at least a gap away, which only following it in
/// time wins. Blocks of rows keep memory at O(m) for m rows; O(m² K).
package struct Retrieval: Sendable, Equatable {
  /// Which candidates stand beside the partner.
  package enum Pool: String, CaseIterable, Sendable {
    case all
    case otherRecordings = "other_recordings"
    case ownRecording = "own_recording"
  }

  /// From which view the query comes.
  package enum Direction: String, CaseIterable, Sendable {
    case firstToSecond = "first_to_second"
    case secondToFirst = "second_to_first"
  }

  /// One direction in one pool; every share beside that of guessing.
  package struct Line: Sendable, Equatable {
    package let direction: Direction
    package let pool: Pool
    /// Queries with at least one candidate beside the partner.
    package let queryCount: Int
    /// Candidates with the partner, on average over queries.
    package let meanPoolCount: Double
    /// Share of queries with the partner among the first k, in the order of `depths`.
    package let shares: [Double]
    /// The same of guessing.
    package let chances: [Double]
    package let medianRank: Double
    package let meanReciprocalRank: Double
    /// The mean reciprocal rank of guessing.
    package let chanceReciprocalRank: Double
  }

  /// The k of the shares.
  package static let depths = [1, 5, 10]

  /// Directions by pools; pools without candidates are left out.
  package let lines: [Line]
  /// How many rows were compared, of how many.
  package let sampleCount: Int
  package let populationCount: Int
  /// Candidates of the own recording are at least as many rows away.
  package let gapRows: Int

  /// Rows that stand for candidates of each other.
  struct Batch: Sendable {
    /// `[m, R]`, the rows of `sample`; `second` the same.
    let first: Matrix
    let second: Matrix
    let sample: RowSample
  }

  /// Compares row i of `first` with all rows of `second`, and back.
  ///
  /// - Parameters:
  ///   - first: `[m, R]`, the rows of `sample`; `second` the same.
  package init(first: Matrix, second: Matrix, sample: RowSample, gapRows: Int, threads: Int) {
    self.init(
      [Batch(first: first, second: second, sample: sample)], of: sample, gapRows: gapRows,
      threads: threads)
  }

  /// Compares rows of each of `batches`, which together are `sample`.
  init(_ batches: [Batch], of sample: RowSample, gapRows: Int, threads: Int) {
    sampleCount = sample.rows.count
    populationCount = sample.populationCount
    self.gapRows = gapRows
    let places = batches.map {
      batch -> (there: [[CandidatePools.Place]], back: [[CandidatePools.Place]]) in
      let (queries, keys) = (batch.first.unitRows, batch.second.unitRows)
      precondition(
        queries.rows == batch.sample.rows.count && keys.rows == queries.rows, "sampled rows")
      precondition(queries.columns == keys.columns, "vectors of one space")
      let pools = CandidatePools(batch.sample, gapRows: gapRows)
      return (pools.ranks(queries, keys, threads), pools.ranks(keys, queries, threads))
    }
    lines = Direction.allCases.flatMap { direction -> [Line] in
      let counts = places.flatMap { direction == .firstToSecond ? $0.there : $0.back }
      return Pool.allCases.enumerated().compactMap { place, pool in
        Self.line(direction, pool, counts.map { $0[place] })
      }
    }
  }

  private static func line(
    _ direction: Direction, _ pool: Pool, _ places: [CandidatePools.Place]
  ) -> Line? {
    let asked = places.filter { $0.poolCount > 1 }
    guard !asked.isEmpty else { return nil }
    let count = Double(asked.count)
    let ranks = asked.map(\.rank)
    // Σ 1/r over the first m ranks.
    var harmonic = [0.0]
    for rank in 1...(asked.map(\.poolCount).max() ?? 1) {
      harmonic.append(harmonic[rank - 1] + 1 / Double(rank))
    }
    return Line(
      direction: direction, pool: pool, queryCount: asked.count,
      meanPoolCount: asked.reduce(0) { $0 + Double($1.poolCount) } / count,
      shares: depths.map { depth in
        Double(ranks.count { $0 <= Double(depth) }) / count
      },
      chances: depths.map { depth in
        asked.reduce(0) { $0 + min(1, Double(depth) / Double($1.poolCount)) } / count
      },
      medianRank: Quantile.median(ranks),
      meanReciprocalRank: ranks.reduce(0) { $0 + 1 / $1 } / count,
      chanceReciprocalRank: asked.reduce(0) {
        $0 + harmonic[$1.poolCount] / Double($1.poolCount)
      } / count)
  }
}

/// The candidates of each query by pool, and where the partner ranks among them.
private struct CandidatePools: Sendable {
  /// The partner's rank in a pool of as many candidates, itself included.
  struct Place: Sendable {
    var rank: Double
    var poolCount: Int
  }

  /// Queries that are compared at once.
  private static let blockSize = 200
  /// Cosines that differ by less are equal: it is rounding.
  private static let tolerance = 1e-12

  private let sample: RowSample
  /// Places of the own recording, and of its rows that are too close, for each place.
  private let own: [Range<Int>]
  private let near: [Range<Int>]

  init(_ sample: RowSample, gapRows: Int) {
    self.sample = sample
    var (own, near): ([Range<Int>], [Range<Int>]) = ([], [])
    for place in sample.rows.indices {
      let range =
        place > 0 && sample.recordings[place - 1] == sample.recordings[place]
        ? own[place - 1] : sample.ownRecording(of: place)
      own.append(range)
      var (low, high) = (place, place + 1)
      while low > range.lowerBound, sample.rows[place] - sample.rows[low - 1] < gapRows {
        low -= 1
      }
      while high < range.upperBound, sample.rows[high] - sample.rows[place] < gapRows {
        high += 1
      }
      near.append(low..<high)
    }
    self.own = own
    self.near = near
  }

  /// For each query its places in the pools, in the order of `Retrieval.Pool`.
  func ranks(_ queries: Matrix, _ keys: Matrix, _ threads: Int) -> [[Place]] {
    let count = queries.rows
    let transposed = keys.transposed
    let blockCount = (count + Self.blockSize - 1) / Self.blockSize
    let blocks = parallelMap(blockCount, threads: threads) { block -> [[Place]] in
      let range = (block * Self.blockSize)..<min(count, (block + 1) * Self.blockSize)
      let scores = queries.rows(at: Array(range)).times(transposed, level: .best).elements
      return range.map { query in
        places(scores, start: (query - range.lowerBound) * count, query: query)
      }
    }
    return blocks.flatMap { $0 }
  }

  private func places(_ scores: [Double], start: Int, query: Int) -> [Place] {
    let score = scores[start + query]
    /// How far down the candidates in `range` push the partner.
    func depth(_ range: Range<Int>) -> Double {
      var (higher, equal) = (0, 0)
      for index in (start + range.lowerBound)..<(start + range.upperBound) {
        let excess = scores[index] - score
        higher += excess > Self.tolerance ? 1 : 0
        equal += abs(excess) <= Self.tolerance ? 1 : 0
      }
      return Double(higher) + Double(equal) / 2
    }
    // The partner, equal to itself, stands in each of the three ranges.
    let (all, mine, close) = (
      depth(0..<sample.rows.count), depth(own[query]), depth(near[query])
    )
    return [
      Place(rank: all + 0.5, poolCount: sample.rows.count),
      Place(rank: all - mine + 1, poolCount: sample.rows.count - own[query].count + 1),
      Place(rank: mine - close + 1, poolCount: own[query].count - near[query].count + 1),
    ]
  }
}

extension Matrix {
  /// Each row with length 1; zeros stay zeros.
  var unitRows: Matrix {
    var values = elements
    for row in 0..<rows {
      let range = (row * columns)..<((row + 1) * columns)
      let square = elements[range].reduce(0) { $0 + $1 * $1 }
      let scale = square > 0 ? 1 / square.squareRoot() : 0
      for index in range { values[index] *= scale }
    }
    return Matrix(rows: rows, columns: columns, elements: values)
  }
}
