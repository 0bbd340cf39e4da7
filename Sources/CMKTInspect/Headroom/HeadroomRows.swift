import CMKTEngine
import CMKTFormat
import Tensors

/// What a row is for.
enum RowRole: Sendable, Hashable {
  /// A fold of the labelled groups that fit.
  case fold(Int)
  /// Without a label and of no labelled group: fits what needs no label.
  case unlabelled
  /// Of the split that is judged, where that is not the one that fits.
  case judged
}

/// The rows of both modalities beside the target, with the part each plays.
struct HeadroomRows: Sendable {
  /// `[n, Dw]` and `[n, Ds]`.
  var weak: Matrix
  var strong: Matrix
  /// `[n, C]`; NaN in all columns where there is no label.
  var target: Matrix
  /// By row the number of its group.
  var groups: [Int]
  let groupNames: [String]
  var roles: [RowRole]
  let foldCount: Int

  var count: Int { roles.count }

  /// Whether row `row` has a label.
  func isLabelled(_ row: Int) -> Bool { !target[row, 0].isNaN }

  /// The rows of `role` that have a label, or that have none.
  func rows(_ role: RowRole, labelled: Bool) -> [Int] {
    roles.indices.filter { roles[$0] == role && isLabelled($0) == labelled }
  }

  /// By group number the fold that it is in.
  var folds: [Int?] {
    var folds: [Int?] = Array(repeating: nil, count: groupNames.count)
    for (row, role) in roles.enumerated() {
      if case .fold(let fold) = role { folds[groups[row]] = fold }
    }
    return folds
  }

  /// Columns 1, weak, strong, target of the rows `rows`, and then for each of `orders` the target
  /// of the rows that it names.
  func block(_ rows: ArraySlice<Int>, orders: [[Int]] = []) -> Matrix {
    let width = 1 + weak.columns + strong.columns + target.columns * (1 + orders.count)
    var elements: [Double] = []
    elements.reserveCapacity(rows.count * width)
    func append(_ matrix: Matrix, _ row: Int) {
      elements += matrix.elements[(row * matrix.columns)..<((row + 1) * matrix.columns)]
    }
    for row in rows {
      elements.append(1)
      append(weak, row)
      append(strong, row)
      if isLabelled(row) {
        append(target, row)
        for order in orders { append(target, order[row]) }
      } else {
        elements += repeatElement(0, count: target.columns * (1 + orders.count))
      }
    }
    return Matrix(rows: rows.count, columns: width, elements: elements)
  }

  /// Rows that are multiplied together; they decide on the bytes of the sums.
  static let blockSize = 2048

  /// The moments of the columns of `block` over the rows `rows`.
  func moments(_ rows: [Int], orders: [[Int]] = [], threads: Int) -> Moments {
    let starts = Array(stride(from: 0, to: rows.count, by: Self.blockSize))
    let parts = parallelMap(starts.count, threads: threads) { index in
      Moments(
        of: block(
          rows[starts[index]..<min(rows.count, starts[index] + Self.blockSize)], orders: orders))
    }
    return Moments.sum(parts) ?? Moments(of: block([], orders: orders))
  }
}

/// Numbers of the columns of `HeadroomRows.block`; 0 is the column of ones.
struct HeadroomColumns: Sendable {
  let weak: [Int]
  let strong: [Int]
  let target: [Int]
  /// The columns of each permuted target.
  let permuted: [[Int]]

  init(_ rows: HeadroomRows, permutationCount: Int) {
    var next = 1
    func take(_ count: Int) -> [Int] {
      defer { next += count }
      return Array(next..<(next + count))
    }
    weak = take(rows.weak.columns)
    strong = take(rows.strong.columns)
    target = take(rows.target.columns)
    permuted = (0..<permutationCount).map { _ in take(rows.target.columns) }
  }
}

/// A target as numbers that a linear probe can answer, and what its answers mean.
struct ProbeTarget: Sendable {
  let kind: TargetKind
  /// The classes; empty for a continuous target.
  let classNames: [String]
  /// `[n, C]`: continuous columns as they are; ±1 for each class or label; NaN without a label.
  let values: Matrix

  init(_ target: ViewTarget, kind: TargetKind, classCount: Int) {
    self.kind = kind
    classNames = target.classNames
    let source = target.values
    guard kind == .classes else {
      // A mean over rows of 0 and 1 stays between −1 and 1.
      values =
        kind == .regression
        ? source
        : Matrix(
          rows: source.rows, columns: source.columns, elements: source.elements.map { 2 * $0 - 1 })
      return
    }
    var elements: [Double] = []
    for row in 0..<source.rows {
      let number = source[row, 0]
      for index in 0..<classCount {
        elements.append(number.isNaN ? .nan : number == Double(index) ? 1 : -1)
      }
    }
    values = Matrix(rows: source.rows, columns: classCount, elements: elements)
  }
}
