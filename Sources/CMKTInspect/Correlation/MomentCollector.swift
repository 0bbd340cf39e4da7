import CMKTEngine
import CMKTFormat
import Tensors

/// Takes up the moments of recordings, some at a time, where their rows are too many to keep.
struct MomentCollector {
  private var units: [Unit] = []
  private var first: [SideMoments] = []
  private var second: [SideMoments] = []
  private var products: [Matrix] = []
  /// What rows are taken less of: the means of the first recordings.
  private var origin: (first: [Double], second: [Double])?
  /// The number of each group, by name.
  private var groups: [String: Int] = [:]
  /// The rows that each recording has in the sample.
  private let sampleRows: [String: Range<Int>]
  private let threads: Int

  /// - Parameter sample: the rows that are kept.
  init(sample: ViewRows, threads: Int) {
    sampleRows = Dictionary(
      zip(sample.recordingNames, sample.recordings), uniquingKeysWith: { first, _ in first })
    self.threads = threads
  }

  /// Takes up the recordings of `rows`, each whole.
  mutating func add(_ rows: ViewRows) {
    guard rows.rowCount > 0 else { return }
    let origin = self.origin ?? (rows.first.columnMeans, rows.second.columnMeans)
    self.origin = origin
    let (left, right) = (rows.first.less(origin.first), rows.second.less(origin.second))
    let moments = parallelMap(rows.recordings.count, threads: threads) { place in
      let range = rows.recordings[place]
      var product = Matrix(rows: left.columns, columns: right.columns)
      left.addCrossProduct(of: range, with: right, range, to: &product)
      return (
        SideMoments(of: range, in: left), SideMoments(of: range, in: right), product
      )
    }
    for (place, (left, right, product)) in moments.enumerated() {
      let name = rows.recordingNames[place]
      let group = groups[rows.groupNames[rows.groups[place]], default: groups.count]
      groups[rows.groupNames[rows.groups[place]]] = group
      units.append(
        Unit(recording: units.count, rows: sampleRows[name] ?? 0..<0, group: group))
      first.append(left)
      second.append(right)
      products.append(product)
    }
  }

  /// The moments of all recordings, as they are paired in truth.
  var moments: RepairedMoments {
    RepairedMoments(of: units, first: first, second: second, products: products)
  }
}

extension ViewSource {
  /// Recordings are taken up together until they have so many frames.
  private static let partFrameCount = 1 << 16

  /// The moments of both views over `sequences`, of which memory holds a part at a time.
  ///
  /// - Throws: as `rows(of:as:meetingAtLeast:)`.
  func moments(
    of sequences: [Int], as kind: RowKind, sample: ViewRows, threads: Int
  ) throws(InspectFailure) -> RepairedMoments {
    var collector = MomentCollector(sample: sample, threads: threads)
    var part: [Int] = []
    var count = 0
    for members in inRecordings(sequences) {
      part += members
      count += members.reduce(0) { $0 + features.sequences.frames(of: $1).count }
      guard count >= Self.partFrameCount else { continue }
      collector.add(try rows(of: part, as: kind))
      (part, count) = ([], 0)
    }
    if !part.isEmpty { collector.add(try rows(of: part, as: kind)) }
    return collector.moments
  }
}

extension Matrix {
  fileprivate var columnMeans: [Double] {
    var means = Array(repeating: 0.0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { means[column] += self[row, column] }
    }
    return means.map { $0 / Double(max(1, rows)) }
  }

  /// All rows less `origin`.
  fileprivate func less(_ origin: [Double]) -> Matrix {
    var result = self
    for row in 0..<rows {
      for column in 0..<columns { result.elements[row * columns + column] -= origin[column] }
    }
    return result
  }
}
