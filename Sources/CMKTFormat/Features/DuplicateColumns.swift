package import Codecs

/// Columns that say the same as an earlier one.
package enum DuplicateColumns {
  /// So many columns that might be equal are compared with each; more cannot be in sound data.
  private static let mostCandidates = 16

  /// For each column that equals an earlier one in all rows where both count, the first such.
  ///
  /// Columns are told apart by a hash of the rows that count in all of them, and those of equal
  /// hash compared value by value. Where no row counts in all, only columns with the same rows are.
  ///
  /// - Complexity: O(n·D).
  /// - Throws: `ScratchFailure`, where columns are not in memory.
  package static func find(in columns: ColumnValues) throws(ScratchFailure) -> [Int: Int] {
    let shared = try sharedRows(of: columns)
    let hasShared = shared.contains(true)
    var candidates: [UInt64: [Int]] = [:]
    var found: [Int: Int] = [:]
    for column in 0..<columns.columnCount {
      let flags = try columns.flags(of: column)
      guard flags.contains(true) else { continue }
      let hash = hash(
        of: try columns.values(of: column), where: hasShared ? shared[...] : flags)
      let known = candidates[hash, default: []]
      if let first = try first(of: known.prefix(mostCandidates), equal: column, columns) {
        found[column] = first
      } else {
        candidates[hash] = known + [column]
      }
    }
    return found
  }

  private static func first(
    of candidates: ArraySlice<Int>, equal column: Int, _ columns: ColumnValues
  ) throws(ScratchFailure) -> Int? {
    for candidate in candidates where try areEqual(candidate, column, columns) { return candidate }
    return nil
  }

  private static func sharedRows(of columns: ColumnValues) throws(ScratchFailure) -> [Bool] {
    if columns.sharesFlags {
      return columns.columnCount > 0 ? Array(try columns.flags(of: 0)) : []
    }
    var shared = [Bool](repeating: true, count: columns.rowCount)
    for column in 0..<columns.columnCount {
      for (row, flag) in try columns.flags(of: column).enumerated() where !flag {
        shared[row] = false
      }
    }
    return shared
  }

  /// The FNV-1a hash of row numbers and values, a value at a time; 0 and -0 are equal.
  private static func hash(
    of values: ArraySlice<Float>, where flags: ArraySlice<Bool>
  ) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var row: UInt64 = 0
    for (value, isCounted) in zip(values, flags) {
      row &+= 1
      guard isCounted else { continue }
      let bits = UInt64((value == 0 ? 0 : value).bitPattern)
      hash = (hash ^ bits ^ (row << 32)) &* 0x100_0000_01b3
    }
    return hash
  }

  private static func areEqual(
    _ first: Int, _ second: Int, _ columns: ColumnValues
  ) throws(ScratchFailure) -> Bool {
    let left = zip(try columns.values(of: first), try columns.flags(of: first))
    let right = zip(try columns.values(of: second), try columns.flags(of: second))
    var hasRow = false
    for ((a, aCounts), (b, bCounts)) in zip(left, right) where aCounts && bCounts {
      if a != b { return false }
      hasRow = true
    }
    return hasRow
  }
}
