import Codecs
import Foundation

/// The names of files and folders that are being saved: `.<name>.<machine>-<process>-<number>.tmp`,
/// beside what they will replace.
///
/// The name tells who writes, so that a later save knows what a killed one has left behind.
package enum TemporaryName {
  private static let suffix = ".tmp"
  /// Of the target's name, as names end at 255 bytes.
  private static let longestNameByteCount = 100

  /// A path beside `target` that nothing has.
  package static func path(beside target: String) -> String {
    let url = URL(fileURLWithPath: target)
    var name = Substring(url.lastPathComponent)
    while name.utf8.count > longestNameByteCount { name.removeLast() }
    let number = String(UInt32.random(in: .min ... .max), radix: 16)
    return url.deletingLastPathComponent().path
      + "/.\(name).\(machine)-\(getpid())-\(number)\(suffix)"
  }

  /// Removes from `folder` what processes of this machine left behind that are gone.
  static func sweep(_ folder: String) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where isStale(name) {
      // Another process may sweep as well.
      try? FileManager.default.removeItem(atPath: folder + "/" + name)
    }
  }

  private static func isStale(_ name: String) -> Bool {
    guard name.hasPrefix("."), name.hasSuffix(suffix),
      let owner = name.dropLast(suffix.count).split(separator: ".").last
    else { return false }
    let parts = owner.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == machine, let process = pid_t(parts[1]), process > 0,
      UInt32(parts[2], radix: 16) != nil
    else { return false }
    return kill(process, 0) != 0 && errno == ESRCH
  }

  /// Tells apart where numbers of processes mean different ones: machines, their starts, containers.
  private static let machine: String = {
    let start = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
    let space = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
    let text = [start ?? ProcessInfo.processInfo.hostName, space ?? ""].joined(separator: " ")
    return String(SHA256.hexDigest(of: Array(text.utf8)).prefix(8))
  }()
}
