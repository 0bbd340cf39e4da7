import CMKTFormat
import Foundation
import TestSupport
import Testing

@Suite struct DurableFolderTests {
  private let ours: [(path: String, bytes: [UInt8])] = [
    ("note.json", Array("cmkt 1".utf8)), ("rows/a.csv", [1, 2]),
  ]

  private func bytes(_ folder: String, _ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: folder + "/" + path).map(Array.init)
  }

  @Test func aFolderOfOursIsReplacedWhereThatIsAllowed() throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("out")
    try DurableFolder.write(ours, to: path, replacing: false)
    #expect(throws: FormatFailure.self) {
      try DurableFolder.write(ours, to: path, replacing: false)
    }
    var others = ours
    others[1].bytes = [3]
    try DurableFolder.write(others, to: path, replacing: true)
    #expect(bytes(path, "rows/a.csv") == [3])
    let left = try temporary.names()
    #expect(left == ["out"])
  }

  @Test(arguments: ["foreign file", "foreign content", "file for folder"])
  func nobodysOwnFilesAreReplaced(_ kind: String) throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("out")
    let manager = FileManager.default
    try manager.createDirectory(atPath: path, withIntermediateDirectories: true)
    let (name, text) =
      switch kind {
      case "foreign file": ("thesis.txt", "cmkt")
      case "foreign content": ("note.json", "mine")
      default: ("rows", "cmkt")
      }
    #expect(manager.createFile(atPath: path + "/" + name, contents: Data(text.utf8)))
    #expect(throws: FormatFailure.self) {
      try DurableFolder.write(ours, to: path, replacing: true)
    }
    #expect(bytes(path, name) == Array(text.utf8))
    #expect(try temporary.names() == ["out"])
  }

  /// What a former run wrote may go; what it did not write, or somebody changed since, may not.
  @Test(arguments: ["nothing", "changed", "foreign", "foreign folder", "link", "unlisted"])
  func aListTellsWhatMayBeLost(_ kind: String) throws {
    let temporary = try TemporaryFolder()
    let path = temporary.file("out")
    let manager = FileManager.default
    let old = ours + [("old/b.csv", [4])]
    try DurableFolder.write(old, to: path, replacing: false, isListed: kind != "unlisted")
    switch kind {
    case "changed": try Data("mine".utf8).write(to: URL(fileURLWithPath: path + "/old/b.csv"))
    case "foreign": try Data([4]).write(to: URL(fileURLWithPath: path + "/old/c.csv"))
    case "foreign folder":
      try manager.createDirectory(atPath: path + "/mine", withIntermediateDirectories: true)
    case "link":
      try manager.moveItem(atPath: path + "/old/b.csv", toPath: temporary.file("b.csv"))
      try manager.createSymbolicLink(
        atPath: path + "/old/b.csv", withDestinationPath: temporary.file("b.csv"))
    default: break
    }
    let before = manager.subpaths(atPath: path)?.sorted()
    if kind == "nothing" {
      try DurableFolder.write(ours, to: path, replacing: true, isListed: true)
      #expect(bytes(path, "rows/a.csv") == [1, 2])
      #expect(!manager.fileExists(atPath: path + "/old"))
    } else {
      #expect(throws: FormatFailure.self) {
        try DurableFolder.write(ours, to: path, replacing: true, isListed: true)
      }
      #expect(manager.subpaths(atPath: path)?.sorted() == before)
    }
  }
}
