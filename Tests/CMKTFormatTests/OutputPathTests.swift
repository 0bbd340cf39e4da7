import CMKTFormat
import Foundation
import TestSupport
import Testing

/// What stands at the place of an output, or beside it, before it is saved.
@Suite struct OutputPathTests {
  private func expectRefusal(_ path: String, _ location: SourceLocation = #_sourceLocation) {
    let failure = #expect(throws: FormatFailure.self, sourceLocation: location) {
      try DurableFile.write([1], to: path, replacing: true)
    }
    guard case .cannotCreate = failure else {
      Issue.record("\(String(describing: failure))", sourceLocation: location)
      return
    }
  }

  /// The number of a process that has ended.
  private func endedProcess() throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["true"]
    try process.run()
    process.waitUntilExit()
    return process.processIdentifier
  }

  @Test func whatAKilledSaveLeftIsSwept() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("a.bin")
    let mine = TemporaryName.path(beside: file)
    let stale = mine.replacing("-\(getpid())-", with: "-\(try endedProcess())-")
    try #require(stale != mine)
    let kept = [
      mine, stale.replacing(".tmp", with: ".tmp.old"), folder.file(".a.bin.deadbeef-1-2.tmp"),
      folder.file(".a.bin.tmp"), folder.file(".a.bin.1-2.tmp"),
    ]
    for path in kept + [stale] {
      try Data([7]).write(to: URL(fileURLWithPath: path))
    }
    let staleFolder = stale.replacing("/.a.bin.", with: "/.b.")
    try FileManager.default.createDirectory(
      atPath: staleFolder + "/inner", withIntermediateDirectories: true)
    try DurableFile.write([1], to: file, replacing: true)
    let names = kept.map { URL(fileURLWithPath: $0).lastPathComponent } + ["a.bin"]
    #expect(try folder.names().sorted() == names.sorted())
  }

  @Test(arguments: [("short", 1), ("é", 127), ("n", 255)])
  func everyNameThatAFileMayHaveIsSaved(_ part: String, _ count: Int) throws {
    let name = String(repeating: part, count: count)
    let folder = try TemporaryFolder()
    try DurableFile.write([1], to: folder.file(name), replacing: false)
    #expect(try folder.names() == [name])
  }

  @Test func aNameTooLongIsRefused() throws {
    let folder = try TemporaryFolder()
    expectRefusal(folder.file(String(repeating: "n", count: 256)))
    #expect(try folder.names().isEmpty)
  }

  @Test func aLinkToNothingYetIsFollowed() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "real")
    try DurableFile.write([1], to: folder.file("link"), replacing: false)
    #expect(try folder.bytes(of: "real") == [1])
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == "real")
  }

  @Test func linksWithoutEndAndIntoNoFolderAreRefused() throws {
    let folder = try TemporaryFolder()
    for (name, target) in [("self", "self"), ("a", "b"), ("b", "a"), ("nowhere", "absent/file")] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.file(name), withDestinationPath: target)
    }
    for name in ["self", "a", "nowhere"] { expectRefusal(folder.file(name)) }
    #expect(try folder.names().sorted() == ["a", "b", "nowhere", "self"])
  }
}
