import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct FailureTests {
  /// A file with a group and a dataset of 4096 floats in one chunk.
  static func sample(_ folder: TemporaryFolder, _ name: String = "sample.h5") throws -> String {
    let path = folder.file(name)
    let writer = try HDF5FileWriter(creatingAt: path)
    try writer.createGroup("/group")
    try writer.createDataset(
      "/group/x", type: .float32, shape: [4096], chunkShape: [4096], filters: [.fletcher32])
    try writer.write(values: (0..<4096).map { Float($0) }, to: "/group/x")
    try writer.close()
    return path
  }

  private func failure(_ body: () throws -> Void) -> HDF5Failure? {
    do { try body() } catch { return error as? HDF5Failure }
    return nil
  }

  @Test func filesThatAreNotThere() throws {
    let folder = try TemporaryFolder()
    let missing = folder.file("none.h5")
    #expect(failure { _ = try HDF5FileReader(path: missing) } == .missingFile(file: missing))
    #expect(
      failure { _ = try HDF5FileReader(path: folder.path) } == .isDirectory(file: folder.path))
    let present = try folder.write([1], to: "present.h5")
    #expect(
      failure { _ = try HDF5FileWriter(creatingAt: present) } == .fileExists(file: present))
    #expect(try folder.bytes(of: "present.h5") == [1])
    let astray = folder.file("no/such/folder.h5")
    #expect(
      failure { _ = try HDF5FileWriter(creatingAt: astray) } == .missingFolder(file: astray))
  }

  @Test(arguments: [
    ("", ForeignContent.empty),
    ("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", .gitLFSPointer),
    ("\n <!DOCTYPE html><html>404</html>", .html),
    ("PK\u{3}\u{4}abcdef", .zip),
    ("just text", .other),
  ])
  func filesThatAreNotHDF5(text: String, content: ForeignContent) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(Array(text.utf8), to: "foreign.h5")
    let failure = failure { _ = try HDF5FileReader(path: path) }
    #expect(failure == .notHDF5(file: path, found: content))
    #expect(failure?.description.hasPrefix("\(path): is not an HDF5 file but ") == true)
  }

  @Test func truncatedFilesTellBothSizes() throws {
    let folder = try TemporaryFolder()
    let path = try Self.sample(folder)
    let bytes = try folder.bytes(of: "sample.h5")
    try folder.write(Array(bytes.prefix(8000)), to: "sample.h5")
    let failure = failure { _ = try HDF5FileReader(path: path) }
    #expect(
      failure
        == .truncated(file: path, expectedByteCount: bytes.count, foundByteCount: 8000))
    #expect(failure?.description.contains("eof < stored") == true)
    // No prefix of the file may crash or be taken for the whole.
    for count in stride(from: 0, to: 2000, by: 37) {
      try folder.write(Array(bytes.prefix(count)), to: "short.h5")
      #expect(throws: HDF5Failure.self) { try HDF5FileReader(path: folder.file("short.h5")) }
    }
  }

  @Test func corruptedChunksAreDetected() throws {
    let folder = try TemporaryFolder()
    let path = try Self.sample(folder)
    var bytes = try folder.bytes(of: "sample.h5")
    let pattern = ElementBytes.bytes(of: (1000..<1004).map { Float($0) })
    let start = try #require(
      bytes.indices.first { bytes[$0...].starts(with: pattern) })
    bytes[start] ^= 1
    try folder.write(bytes, to: "sample.h5")
    let failure = failure { _ = try HDF5FileReader(path: path).read("/group/x") }
    guard case .library(let operation, _, let object, _) = failure else {
      Issue.record("unexpected \(String(describing: failure))")
      return
    }
    #expect(operation == "read the values" && object == "/group/x")
    let sentence = try #require(failure?.description)
    #expect(sentence.contains("at [0], HDF5 chunk: expected a chunk that fits its checksum"))
  }

  @Test func theLibrarysStackIsKept() throws {
    let folder = try TemporaryFolder()
    let path = try Self.sample(folder)
    var bytes = try folder.bytes(of: "sample.h5")
    let headers = bytes.indices.filter { bytes[$0...].starts(with: Array("OHDR".utf8)) }
    for header in headers.dropFirst() { bytes[header + 8] ^= 1 }
    try folder.write(bytes, to: "sample.h5")
    let failure = failure { _ = try HDF5FileReader(path: path).read("/group/x") }
    guard case .library(_, _, _, let stack) = failure else {
      Issue.record("unexpected \(String(describing: failure))")
      return
    }
    #expect(stack.first?.function.hasPrefix("H5O") == true)
    #expect(stack.count > 3)
    let sentence = try #require(failure?.description)
    #expect(stack.last.map { sentence.contains($0.message) } == true)
  }

  @Test(arguments: ["/group//x", "/group/./x", "/group/../group/x", "/group/", "//", "/a\0b"])
  func pathsMustBePlain(path: String) throws {
    let folder = try TemporaryFolder()
    let file = try Self.sample(folder)
    let reader = try HDF5FileReader(path: file)
    #expect(failure { _ = try reader.dataset(at: path) } == .badPath(file: file, path: path))
  }

  @Test func wrongObjects() throws {
    let folder = try TemporaryFolder()
    let file = try Self.sample(folder)
    let reader = try HDF5FileReader(path: file)
    #expect(
      failure { _ = try reader.read("/group/y") }
        == .missingObject(file: file, path: "/group/y"))
    #expect(
      failure { _ = try reader.read("/group") }
        == .wrongKind(file: file, path: "/group", expected: .dataset, found: .group))
    #expect(
      failure { _ = try reader.children(of: "/group/x/y") }
        == .wrongKind(file: file, path: "/group/x", expected: .group, found: .dataset))
    reader.close()
    #expect(failure { _ = try reader.read("/group/x") } == .closed(file: file))
  }

  @Test func linksAreReportedAndNotFollowed() throws {
    let folder = try TemporaryFolder()
    let file = try Self.sample(folder)
    #expect(ForeignHDF5.addSoftLink("soft", to: "/group", file: file))
    #expect(ForeignHDF5.addExternalLink("external", to: "/", in: file, file: file))
    #expect(ForeignHDF5.addHardLink("twice", to: "/group/x", file: file))
    let reader = try HDF5FileReader(path: file)
    #expect(
      try reader.children(of: "/") == [
        Child(name: "external", kind: .externalLink),
        Child(name: "group", kind: .group),
        Child(name: "soft", kind: .softLink),
        Child(name: "twice", kind: .dataset, linkCount: 2),
      ])
    #expect(
      failure { _ = try reader.read("/soft/x") }
        == .notHardLink(file: file, path: "/soft", kind: .softLink))
    #expect(
      failure { _ = try reader.read("/external/group/x") }
        == .notHardLink(file: file, path: "/external", kind: .externalLink))
    #expect(
      failure { _ = try reader.attributes(of: "/soft") }
        == .notHardLink(file: file, path: "/soft", kind: .softLink))
  }

  @Test func foreignTypesAndStorage() throws {
    let folder = try TemporaryFolder()
    let file = try Self.sample(folder)
    #expect(ForeignHDF5.addFloats("big", [1, -2.5], isBigEndian: true, file: file))
    let secret = try folder.write([1, 2, 3, 4], to: "secret")
    #expect(ForeignHDF5.addExternalData("leak", in: secret, file: file))
    #expect(ForeignHDF5.addVariableString("note", file: file))
    #expect(ForeignHDF5.addHugeDataset("huge", extents: [1 << 40, 4], file: file))
    #expect(ForeignHDF5.addHugeDataset("over", extents: [1 << 31, 1 << 31, 1 << 2], file: file))
    let reader = try HDF5FileReader(path: file)
    #expect(try reader.dataset(at: "/big").typeDescription == "float32 big-endian")
    #expect(ElementBytes.values(of: Float.self, in: try reader.read("/big")) == [1, -2.5])
    #expect(try reader.dataset(at: "/leak").isExternalOrVirtual)
    #expect(failure { _ = try reader.read("/leak") } == .externalData(file: file, path: "/leak"))
    let attributes = try reader.attributes(of: "/")
    #expect(attributes.map(\.typeDescription) == ["variable-length string"])
    #expect(attributes[0].type == nil && attributes[0].bytes == [])
    #expect(
      failure { _ = try reader.read("/huge") }
        == .tooLarge(
          file: file, path: "/huge", declaredByteCount: 1 << 44, limit: 1 << 30))
    #expect(
      failure { _ = try reader.read("/over") }
        == .tooLarge(file: file, path: "/over", declaredByteCount: nil, limit: 1 << 30))
  }
}
