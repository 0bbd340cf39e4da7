import Codecs
import Tensors

extension ColumnStatistics {
  /// Computes the statistics of `modality` in two passes over the rows, O(n·D).
  package init(of modality: Modality) {
    let block = ValueBlock(
      values: modality.values.elements, validity: modality.validity,
      columnCount: modality.featureCount)
    self.init(columnCount: block.columnCount)
    add(block)
    finishSums()
    addDeviations(of: block)
    finishDeviations()
  }

  /// Computes the statistics of `modality` in two passes over blocks of its rows.
  ///
  /// - Parameter inspect: receives the first row and the values of each block, once.
  /// - Throws: `ScratchFailure`.
  init(
    of modality: StoredModality, inspect: (Int, [Float]) -> Void
  ) throws(ScratchFailure) {
    self.init(columnCount: modality.featureCount)
    for rows in modality.blocks {
      let block = try modality.block(rows: rows)
      inspect(rows.lowerBound, block.values)
      add(block)
    }
    finishSums()
    for rows in modality.blocks { addDeviations(of: try modality.block(rows: rows)) }
    finishDeviations()
  }

  private init(columnCount: Int) {
    count = Array(repeating: 0, count: columnCount)
    mean = Array(repeating: 0, count: columnCount)
    standardDeviation = mean
    minimum = Array(repeating: .infinity, count: columnCount)
    maximum = Array(repeating: -.infinity, count: columnCount)
  }

  /// Until `finishSums()`, `mean` holds sums.
  private mutating func add(_ block: ValueBlock) {
    if case .rows(let flags) = block.validity {
      addRows(of: block, where: flags)
      return
    }
    // Local arrays are known not to alias.
    var (counts, sums, low, high) = (count, mean, minimum, maximum)
    block.forEachValid { column, value in
      counts[column] &+= 1
      sums[column] += value
      low[column] = min(low[column], value)
      high[column] = max(high[column], value)
    }
    (count, mean, minimum, maximum) = (counts, sums, low, high)
  }

  /// The usual case: rows that count as a whole.
  private mutating func addRows(of block: ValueBlock, where flags: [Bool]) {
    let width = block.columnCount
    let values = block.values.span
    var (allSums, lowest, highest) = (mean, minimum, maximum)
    var sums = allSums.mutableSpan
    var low = lowest.mutableSpan
    var high = highest.mutableSpan
    var rowCount = 0
    for row in flags.indices where flags[row] {
      rowCount += 1
      let first = row * width
      for column in 0..<width {
        let value = Double(values[first &+ column])
        sums[column] += value
        if value < low[column] { low[column] = value }
        if value > high[column] { high[column] = value }
      }
    }
    (mean, minimum, maximum) = (allSums, lowest, highest)
    for column in 0..<width { count[column] += rowCount }
  }

  private mutating func finishSums() {
    for column in count.indices {
      if count[column] == 0 {
        minimum[column] = 0
        maximum[column] = 0
      }
      mean[column] /= Double(max(1, count[column]))
    }
  }

  /// Until `finishDeviations()`, `standardDeviation` holds sums of squares.
  private mutating func addDeviations(of block: ValueBlock) {
    var squares = standardDeviation
    let means = mean
    if case .rows(let flags) = block.validity {
      let values = block.values.span
      var sums = squares.mutableSpan
      for row in flags.indices where flags[row] {
        let first = row * block.columnCount
        for column in 0..<block.columnCount {
          let difference = Double(values[first &+ column]) - means[column]
          sums[column] += difference * difference
        }
      }
      standardDeviation = squares
      return
    }
    block.forEachValid { column, value in
      let difference = value - means[column]
      squares[column] += difference * difference
    }
    standardDeviation = squares
  }

  private mutating func finishDeviations() {
    for column in count.indices {
      standardDeviation[column] =
        (standardDeviation[column] / Double(max(1, count[column]))).squareRoot()
    }
  }
}
