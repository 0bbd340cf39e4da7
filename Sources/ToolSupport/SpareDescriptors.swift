#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The file descriptors that a tool finds free when it starts.
enum SpareDescriptors {
  /// Enough for signals, the worker and the files of a save, which take some ten.
  ///
  /// Where a library beneath gets none, it ends the process by a trap.
  private static let needed = 16

  /// - Throws: `ToolFailure` where fewer are free than a tool needs.
  static func check() throws(ToolFailure) {
    var opened: [Int32] = []
    defer { for descriptor in opened { close(descriptor) } }
    for _ in 0..<needed {
      let descriptor = dup(STDERR_FILENO)
      guard descriptor >= 0 else {
        guard [EMFILE, ENFILE].contains(errno) else { return }
        throw ToolFailure(
          .ioFailure,
          "expected \(needed) files more that this process may open, found \(opened.count); "
            + "raise the limit with ulimit -n")
      }
      opened.append(descriptor)
    }
  }
}
