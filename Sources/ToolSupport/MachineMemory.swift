import Foundation

/// The memory that this process may use.
package enum MachineMemory {
  /// That of the machine, or of the control group (a container, a batch job) where that is less.
  package static let byteCount: Int = {
    let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    let limits =
      [
        "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes",
      ] + ownGroup.map { ["/sys/fs/cgroup\($0)/memory.max"] }.joined()
    return limits.compactMap { text(at: $0).flatMap { Int($0) } }.reduce(machine, min)
  }()

  /// The control group of this process below the root, in version 2.
  private static var ownGroup: [String] {
    (text(at: "/proc/self/cgroup") ?? "").split(separator: "\n").compactMap { line in
      line.hasPrefix("0::/") ? String(line.dropFirst(3)) : nil
    }
  }

  private static func text(at path: String) -> String? {
    FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
