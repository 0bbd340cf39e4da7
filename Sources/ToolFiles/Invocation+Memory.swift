private import CHeap
package import CMKTFormat
package import ToolSupport

extension Invocation {
  /// What `--memory` leaves for rows of features, a quarter of it; to be taken before threads start.
  ///
  /// The rest is for labels, flags and times, which are in memory whole, for networks and what
  /// they compute, for the libraries, and for gaps between blocks of rows that come and go.
  package func takeRowMemory() -> RowMemory {
    // Blocks of rows are read by several threads: with a heap for each, twice as many would stay.
    ch_share_heap()
    return RowMemory(byteCount: memoryByteCount / 4)
  }
}
