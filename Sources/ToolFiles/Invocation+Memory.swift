private import CHeap
package import CMKTFormat
package import ToolSupport

extension Invocation {
  /// What `--memory` leaves for rows of features, half of it; to be taken before threads start.
  ///
  /// The other half is for labels, flags and times, which are in memory whole, for networks and what
  /// they compute, and for the libraries.
  package func takeRowMemory() -> RowMemory {
    // Blocks of rows are read by several threads: with a heap for each, twice as many would stay.
    ch_share_heap()
    return RowMemory(byteCount: memoryByteCount / 2)
  }
}
