/// What a hostile pickle cannot exceed.
package struct PickleLimits: Sendable {
  /// Bytes of memory for values, containers, stack and memo together.
  ///
  /// Payloads of arrays and texts stay in the file and cost nothing.
  package var memoryByteCount = 128 << 20
  /// Opcodes, the costly ones counted several times: a bound for time.
  package var stepCount = 40_000_000

  /// Arrays in another order than row-major are read at once where they are as long as this at
  /// most, else run by run.
  package var unorderedByteCount = 64 << 20

  package init() {}
}
