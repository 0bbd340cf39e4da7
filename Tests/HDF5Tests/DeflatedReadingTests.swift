import HDF5
import TestSupport
import Testing

@Suite struct DeflatedReadingTests {
  /// 37 × 23 numbers in chunks of 10 × 7, of which the last rows were never written.
  private func sample(_ folder: TemporaryFolder) throws -> (path: String, values: [[Int32]]) {
    let path = folder.file("deflated.h5")
    let writer = try HDF5FileWriter(creatingAt: path)
    try writer.createDataset(
      "/x", type: .int32, shape: [37, 23], chunkShape: [10, 7],
      filters: [.shuffle, .deflate(level: 6), .fletcher32])
    var values = (0..<37).map { row in (0..<23).map { Int32(row * 100 + $0) } }
    try writer.write(
      values: values[..<30].flatMap { $0 }, to: "/x", slab: Slab(offset: [0, 0], count: [30, 23]))
    try writer.close()
    for row in 30..<37 { values[row] = Array(repeating: 0, count: 23) }
    return (path, values)
  }

  @Test func everyBox() throws {
    let folder = try TemporaryFolder()
    let (path, values) = try sample(folder)
    let reader = try HDF5FileReader(path: path)
    #expect(
      ElementBytes.values(of: Int32.self, in: try reader.read("/x")) == values.flatMap { $0 })
    for rows in [0..<1, 9..<11, 0..<37, 29..<31, 36..<37, 12..<12] {
      for columns in [0..<23, 6..<8, 7..<14, 22..<23, 3..<20] {
        let slab = Slab(
          offset: [rows.lowerBound, columns.lowerBound], count: [rows.count, columns.count])
        let found = ElementBytes.values(of: Int32.self, in: try reader.read("/x", slab: slab))
        #expect(found == values[rows].flatMap { $0[columns] }, "\(rows) \(columns)")
      }
    }
  }

  /// Rows that end within chunks, from a reader that keeps chunks between them.
  @Test func rowsInTurnThenBackwards() throws {
    let folder = try TemporaryFolder()
    let (path, values) = try sample(folder)
    let reader = try HDF5FileReader(path: path)
    for row in Array(0..<37) + (0..<37).reversed() {
      let slab = Slab(offset: [row, 0], count: [1, 23])
      let found = ElementBytes.values(of: Int32.self, in: try reader.read("/x", slab: slab))
      #expect(found == values[row], "\(row)")
    }
  }

  /// All 40 chunks of a row would be undone for each row, 160 MiB.
  @Test func chunksThatCannotBeKept() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("tall.h5")
    let writer = try HDF5FileWriter(creatingAt: path)
    for (name, height) in [("/tall", 1 << 20), ("/lower", 1 << 19)] {
      try writer.createDataset(
        name, type: .int32, shape: [1 << 20, 40], chunkShape: [height, 1],
        filters: [.deflate(level: 1)])
    }
    try writer.close()
    let reader = try HDF5FileReader(path: path, isOwn: true)
    let rows = Slab(offset: [5, 0], count: [2, 40])
    #expect(
      throws: HDF5Failure.refused(
        file: path, path: "/tall", cause: .tallChunks, detail: "167772160 bytes, at most 134217728")
    ) { try reader.read("/tall", slab: rows) }
    #expect(try reader.read("/lower", slab: rows) == [UInt8](repeating: 0, count: 320))
    #expect(
      try reader.read("/tall", slab: Slab(offset: [5, 39], count: [1 << 20 - 5, 1])).count
        == 4 * (1 << 20 - 5))
  }

  /// A flipped bit in a chunk is told of by whoever reads the chunk, and by nobody else.
  @Test func damageIsFound() throws {
    let folder = try TemporaryFolder()
    let (path, _) = try sample(folder)
    let chunk = try HDF5FileReader(path: path).readRawChunk("/x", index: 0)
    var bytes = try folder.bytes(of: "deflated.h5")
    let place = try #require(
      bytes.indices.first { bytes[$0...].starts(with: chunk.bytes) })
    bytes[place + chunk.bytes.count / 2] ^= 4
    let damaged = try HDF5FileReader(path: try folder.write(bytes, to: "damaged.h5"))
    #expect(throws: HDF5Failure.self) { try damaged.read("/x") }
    #expect(
      try damaged.read("/x", slab: Slab(offset: [20, 0], count: [1, 1])).count == 4)
  }
}
