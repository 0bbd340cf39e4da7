package import CMKTFormat
package import ToolSupport

extension Invocation {
  /// What `--memory` leaves for rows of features: a third of it.
  ///
  /// The rest is for labels, flags and times, which are in memory whole, for networks and what
  /// they compute, and for the libraries.
  package var rowMemory: RowMemory { RowMemory(byteCount: memoryByteCount / 3) }
}
