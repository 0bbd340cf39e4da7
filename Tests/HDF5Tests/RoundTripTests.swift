import HDF5
import TestSupport
import Testing

@Suite struct RoundTripTests {
  private func roundTrip<Scalar: HDF5Scalar & Equatable>(_ values: [Scalar]) throws {
    let folder = try TemporaryFolder()
    let path = folder.file("numbers.h5")
    let writer = try HDF5FileWriter(creatingAt: path)
    try writer.createDataset(
      "/x", type: Scalar.elementType, shape: [2, values.count / 2],
      chunkShape: [1, values.count / 2], filters: [.shuffle, .deflate(level: 4), .fletcher32])
    try writer.write(values: values, to: "/x")
    try writer.setAttribute(Attribute("all", values), on: "/x")
    try writer.close()

    let reader = try HDF5FileReader(path: path)
    let info = try reader.dataset(at: "/x")
    #expect(info.type == Scalar.elementType)
    #expect(info.typeDescription == Scalar.elementType.description)
    #expect(info.shape == [2, values.count / 2])
    #expect(info.chunkShape == [1, values.count / 2])
    #expect(info.filters == [.shuffle, .deflate(level: 4), .fletcher32])
    #expect(info.layout == .chunked && !info.isExternalOrVirtual && !info.isExtensible)
    #expect(ElementBytes.values(of: Scalar.self, in: try reader.read("/x")) == values)
    let attributes = try reader.attributes(of: "/x")
    #expect(attributes == [Attribute("all", values)])
  }

  @Test func everyNumber() throws {
    try roundTrip([Int8.min, -1, 0, .max])
    try roundTrip([UInt8.min, 1, 2, .max])
    try roundTrip([Int16.min, -1, 0, .max])
    try roundTrip([UInt16.min, 1, 2, .max])
    try roundTrip([Int32.min, -1, 0, .max])
    try roundTrip([UInt32.min, 1, 2, .max])
    try roundTrip([Int64.min, -1, 0, .max])
    try roundTrip([UInt64.min, 1, 2, .max])
    try roundTrip([Float.leastNonzeroMagnitude, -.infinity, 0.1, .pi])
    try roundTrip([Double.leastNonzeroMagnitude, -.infinity, 0.1, .pi])
  }

  @Test func text() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("text.h5")
    let texts = ["Ärger", "", "喜び", "joy"]
    let (bytes, byteCount) = try #require(ElementBytes.bytes(of: texts))
    let writer = try HDF5FileWriter(creatingAt: path)
    try writer.createGroup("/größe")
    try writer.createDataset(
      "/größe/名", type: .string(byteCount: byteCount), shape: [4], chunkShape: [4],
      filters: [.fletcher32])
    try writer.write(bytes, to: "/größe/名")
    let unicode = try #require(Attribute("注釈", "naïve ☂"))
    try writer.setAttribute(unicode, on: "/größe/名")
    try writer.setAttribute(try #require(Attribute("empty", "")), on: "/")
    try writer.setAttribute(try #require(Attribute("none", [String]())), on: "/")
    try writer.setAttribute(Attribute("nothing", [Double]()), on: "/")
    try writer.close()

    let reader = try HDF5FileReader(path: path)
    let info = try reader.dataset(at: "/größe/名")
    #expect(info.typeDescription == "string[\(byteCount)]")
    let read = try reader.read("/größe/名")
    #expect(ElementBytes.strings(in: read, byteCount: byteCount) == texts)
    #expect(try reader.attributes(of: "/größe/名").map(\.string) == ["naïve ☂"])
    let root = try reader.attributes(of: "/")
    #expect(root.map(\.name) == ["empty", "none", "nothing"])
    #expect(root[0].string == "")
    #expect(root[1].strings == [])
    #expect(root[2].shape == [0] && root[2].numbers == [])
  }

  @Test func emptyDatasetsAndParts() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("parts.h5")
    let writer = try HDF5FileWriter(creatingAt: path)
    try writer.createDataset(
      "/empty", type: .float32, shape: [0, 5], chunkShape: nil, filters: [])
    try writer.write([], to: "/empty")
    try writer.createDataset(
      "/table", type: .int32, shape: [3, 4], chunkShape: [2, 4], filters: [.fletcher32])
    for row in 0..<3 {
      try writer.write(
        values: (0..<4).map { Int32(row * 10 + $0) }, to: "/table",
        slab: Slab(offset: [row, 0], count: [1, 4]))
    }
    #expect(throws: HDF5Failure.self) {
      try writer.write(
        values: [Int32(1)], to: "/table", slab: Slab(offset: [3, 0], count: [1, 1]))
    }
    try writer.close()

    let reader = try HDF5FileReader(path: path)
    #expect(try reader.read("/empty") == [])
    #expect(try reader.dataset(at: "/empty").shape == [0, 5])
    let part = try reader.read("/table", slab: Slab(offset: [1, 1], count: [2, 2]))
    #expect(ElementBytes.values(of: Int32.self, in: part) == [11, 12, 21, 22])
    #expect(try reader.read("/table", slab: Slab(offset: [1, 1], count: [0, 2])) == [])
    #expect(throws: HDF5Failure.self) {
      try reader.read("/table", slab: Slab(offset: [Int.max, 0], count: [1, 1]))
    }
    #expect(try reader.chunkCount(of: "/table") == 2)
    let chunk = try reader.readRawChunk("/table", index: 1)
    #expect(chunk.offset == [2, 0] && chunk.bytes.count == 2 * 4 * 4 + 4)
    #expect(throws: HDF5Failure.self) { try reader.readRawChunk("/table", index: 2) }
    #expect(throws: HDF5Failure.self) { try reader.readRawChunk("/table", index: -1) }
  }

  @Test func equalContentGivesEqualBytes() throws {
    let folder = try TemporaryFolder()
    for name in ["a.h5", "b.h5"] {
      let writer = try HDF5FileWriter(creatingAt: folder.file(name))
      try writer.createGroup("/group")
      try writer.createDataset(
        "/group/x", type: .float32, shape: [1000], chunkShape: [300],
        filters: [.shuffle, .deflate(level: 6), .fletcher32])
      try writer.write(values: (0..<1000).map { Float($0) * 0.5 }, to: "/group/x")
      for index in 0..<20 {
        try writer.setAttribute(Attribute("a\(index)", Double(index)), on: "/group")
      }
      try writer.close()
    }
    #expect(try folder.bytes(of: "a.h5") == folder.bytes(of: "b.h5"))
  }

  @Test func namesAreSortedByTheirBytes() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("names.h5")
    let writer = try HDF5FileWriter(creatingAt: path)
    for name in ["é", "b", "Z", "a", "aa", "e\u{301}"] { try writer.createGroup("/\(name)") }
    try writer.close()
    let names = try HDF5FileReader(path: path).children(of: "/").map { Array($0.name.utf8) }
    #expect(names == names.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(names.count == 6)
  }

  @Test func totalConversions() {
    #expect(ElementBytes.values(of: Float.self, in: [1, 2, 3]) == nil)
    #expect(ElementBytes.strings(in: [0xFF], byteCount: 1) == nil)
    #expect(ElementBytes.strings(in: [0, 65], byteCount: 2) == nil)
    #expect(ElementBytes.strings(in: [65], byteCount: 0) == nil)
    #expect(ElementBytes.bytes(of: ["a\0b"]) == nil)
    #expect(Attribute("x", UInt64.max).integer == nil)
    #expect(Attribute("x", UInt64.max).number == 0x1p64)
  }
}
