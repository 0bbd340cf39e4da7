package import CMKTFormat

extension RowReading {
  /// All rows at once.
  ///
  /// - Throws: `unreadable`.
  var all: ValueBlock {
    get throws(EngineFailure) {
      do throws(FormatFailure) { return try block(rows: 0..<rowCount) } catch {
        throw .unreadable(error)
      }
    }
  }

  /// Whether each row has any valid value, `[n]`.
  ///
  /// - Throws: `unreadable`.
  package var allValidRows: [Bool] {
    get throws(EngineFailure) {
      var flags: [Bool] = []
      flags.reserveCapacity(rowCount)
      let step = max(storedRowCount, (1 << 20) / max(1, columnCount))
      do throws(FormatFailure) {
        for first in stride(from: 0, to: rowCount, by: step) {
          flags += try validRows(first..<min(rowCount, first + step))
        }
      } catch {
        throw .unreadable(error)
      }
      return flags
    }
  }

  /// Hands the rows of `ranges` to `body` in parts, in order.
  ///
  /// - Throws: `unreadable`.
  func forEachBlock(
    of ranges: [Range<Int>], _ body: (_ firstRow: Int, ValueBlock) -> Void
  ) throws(EngineFailure) {
    do throws(FormatFailure) {
      for range in ranges { try forEachBlock(of: range, body) }
    } catch {
      throw .unreadable(error)
    }
  }
}
