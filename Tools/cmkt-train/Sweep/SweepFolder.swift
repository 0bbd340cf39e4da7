import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// The folder of a sweep; see `Formats/sweep.md`.
struct SweepFolder: Sendable {
  let path: String

  /// What models record as the command that trained them: the same for every worker.
  static let recordedCommand = "cmkt-train sweep plan.json"

  private static let parts = ["cells", "claims", "failures"]
  /// A plan is small; more is something else.
  private static let longestPlan = 1 << 24

  var planPath: String { path + "/plan.json" }
  var claims: String { path + "/claims" }

  func model(of cell: SweepCell) -> String { "\(path)/cells/\(cell.address).h5" }

  func failure(of cell: SweepCell) -> String { "\(path)/failures/\(cell.address).json" }

  /// The plan that is there; nil without one.
  ///
  /// - Throws: exit code 65 where it cannot be used.
  func plan() throws -> SweepPlan? {
    guard Files.exists(planPath) else { return nil }
    do {
      return try SweepPlan(json: Self.text(of: planPath))
    } catch let failure as EngineFailure {
      throw ToolFailure(
        .badData, "'\(planPath)' was not written by a sweep: \(failure)",
        fields: [.init("path", .string(planPath))])
    }
  }

  /// The text of the plan at `path`.
  ///
  /// - Throws: exit code 66 where it cannot be read, 65 where it is too long to be one.
  static func text(of path: String) throws(ToolFailure) -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw .noInput(path: path, "'\(path)' cannot be read; check its permissions")
    }
    defer { try? handle.close() }
    let data: Data
    do {
      data = try handle.read(upToCount: longestPlan + 1) ?? Data()
    } catch {
      throw .noInput(
        path: path, "'\(path)' cannot be read: \(DurableFile.systemReason(error))")
    }
    guard data.count <= longestPlan else {
      throw ToolFailure(
        .badData, "'\(path)' is longer than a plan can be, \(longestPlan) bytes",
        fields: [.init("path", .string(path))])
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// Makes what is missing of the folder.
  func make() throws(ToolFailure) {
    for part in Self.parts {
      do {
        try FileManager.default.createDirectory(
          atPath: "\(path)/\(part)", withIntermediateDirectories: true)
      } catch {
        throw .cannotCreate(
          path: path, "folder '\(path)/\(part)' cannot be made: \(DurableFile.systemReason(error))")
      }
    }
  }

  /// Puts `plan` into the folder; false where another worker was quicker.
  func save(_ plan: SweepPlan) throws -> Bool {
    do throws(FormatFailure) {
      try DurableFile.write(Array(plan.json.utf8), to: planPath, replacing: false)
      return true
    } catch {
      guard case .exists = error else { throw error }
      return false
    }
  }

  /// `path` as it is reached from this folder, so that the plan in it names no machine's paths.
  func relative(_ path: String) -> String {
    let file = URL(fileURLWithPath: path)
    let folder = Self.components(file.deletingLastPathComponent())
    let own = Self.components(URL(fileURLWithPath: self.path))
    let common = zip(own, folder).prefix { $0 == $1 }.count
    let up = Array(repeating: "..", count: own.count - common)
    return (up + folder[common...] + [file.lastPathComponent]).joined(separator: "/")
  }

  private static func components(_ folder: URL) -> [String] {
    folder.resolvingSymlinksInPath().standardizedFileURL.pathComponents
  }

  /// Notes that `cell` cannot be trained, and why.
  func noteFailure(of cell: SweepCell, title: String, message: String) throws {
    let document: JSONValue = [
      "schema_version": 1, "model": .string(title), "message": .string(message),
    ]
    try DurableFile.write(
      Array((document.encoded() + "\n").utf8), to: failure(of: cell), replacing: true)
  }

  /// When the failure of `cell` was noted; nil where it has none.
  func failureDate(of cell: SweepCell) -> Date? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: failure(of: cell))
    return attributes?[.modificationDate] as? Date
  }

  /// Why `cell` could not be trained.
  func failureMessage(of cell: SweepCell) -> String {
    struct Record: Decodable { var message: String }
    let data = FileManager.default.contents(atPath: failure(of: cell)) ?? Data()
    return (try? JSONDecoder().decode(Record.self, from: data).message) ?? "no reason is noted"
  }
}
