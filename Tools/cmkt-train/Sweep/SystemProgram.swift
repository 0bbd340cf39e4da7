import Foundation
import ToolSupport

/// A program of the machine that others maintain.
struct SystemProgram {
  private let name: String
  private let path: String

  /// The program `name` in `PATH`; `product` is what it belongs to.
  ///
  /// - Throws: exit code 69 where there is none.
  init(_ name: String, of product: String) throws(ToolFailure) {
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let paths = folders.split(separator: ":").map { "\($0)/\(name)" }
    guard let path = paths.first(where: FileManager.default.isExecutableFile) else {
      throw ToolFailure(
        .missingProgram,
        "there is no '\(name)' in PATH; run this where \(product) is, or add --dry-run")
    }
    self.name = name
    self.path = path
  }

  /// Runs it, and gives what it prints, without white space around.
  ///
  /// - Throws: exit code 69 where it ends with anything but 0.
  func run(_ words: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = words
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let reason = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ToolFailure(
        .missingProgram,
        "\(name) ended with \(process.terminationStatus): "
          + String(decoding: reason, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
