import HDF5
import TestSupport
import Testing

/// Numbers appended box by box, past the system's cache where it has such a way, against whole reads.
@Suite struct UncachedReadingTests {
  private static let shape = [1003, 37]

  /// The same numbers with several filters; the first rows of `/gaps` only are written.
  private func sample(_ folder: TemporaryFolder) throws -> String {
    let path = folder.file("sample.h5")
    let writer = try HDF5FileWriter(creatingAt: path)
    let values = (0..<Self.shape[0] * Self.shape[1]).map { Float($0) / 7 }
    let filters: [(String, [Filter])] = [
      ("/sums", [.fletcher32]), ("/deflated", [.shuffle, .deflate(level: 1), .fletcher32]),
      ("/plain", []), ("/gaps", [.fletcher32]),
    ]
    for (name, filters) in filters {
      try writer.createDataset(
        name, type: .float32, shape: Self.shape, chunkShape: [100, 37], filters: filters)
      let rows = name == "/gaps" ? 200 : Self.shape[0]
      try writer.write(
        values: Array(values[..<(rows * Self.shape[1])]), to: name,
        slab: Slab(offset: [0, 0], count: [rows, Self.shape[1]]))
    }
    try writer.close()
    return path
  }

  @Test(arguments: ["/sums", "/deflated", "/plain", "/gaps"])
  func boxes(_ name: String) throws {
    let folder = try TemporaryFolder()
    let path = try sample(folder)
    let plain = try HDF5FileReader(path: path)
    let reader = try HDF5FileReader(path: path)
    var found: [Float] = [-1]
    var expected: [Float] = [-1]
    // Whole chunks, in turn and back; parts of one, of several, none; the last rows.
    let ranges = [0..<100, 100..<200, 0..<100, 950..<1003, 1000..<1003, 5..<6, 99..<301, 7..<7]
    for rows in ranges {
      for columns in [0..<37, 3..<9] {
        let slab = Slab(
          offset: [rows.lowerBound, columns.lowerBound], count: [rows.count, columns.count])
        try reader.append(slab, of: name, to: &found)
        expected += ElementBytes.values(of: Float.self, in: try plain.read(name, slab: slab)) ?? []
      }
    }
    #expect(found.count > 10_000)
    #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
  }

  @Test func damageIsFound() throws {
    let folder = try TemporaryFolder()
    let path = try sample(folder)
    let chunk = try HDF5FileReader(path: path).readRawChunk("/sums", index: 3)
    var bytes = try folder.bytes(of: "sample.h5")
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: chunk.bytes) })
    bytes[place + chunk.bytes.count / 2] ^= 4
    let reader = try HDF5FileReader(path: try folder.write(bytes, to: "damaged.h5"))
    var values: [Float] = []
    #expect(throws: HDF5Failure.self) {
      try reader.append(Slab(offset: [300, 0], count: [100, 37]), of: "/sums", to: &values)
    }
    #expect(values.isEmpty)
    try reader.append(Slab(offset: [400, 0], count: [100, 37]), of: "/sums", to: &values)
    #expect(values.count == 3700)
  }

  @Test func closedFilesAndOtherBoxesAreRefused() throws {
    let folder = try TemporaryFolder()
    let reader = try HDF5FileReader(path: try sample(folder))
    var values: [Float] = []
    #expect(throws: HDF5Failure.self) {
      try reader.append(Slab(offset: [1000, 0], count: [4, 37]), of: "/sums", to: &values)
    }
    reader.close()
    #expect(throws: HDF5Failure.self) {
      try reader.append(Slab(offset: [0, 0], count: [1, 37]), of: "/sums", to: &values)
    }
  }

  @Test func storageIsSlowWhereHalfOfTheReadsAre() {
    var rate = StorageRate()
    // 210 MB a second, but for a stall now and then.
    for index in 0..<4 * StorageRate.measuredCount {
      rate.add(2_100_000, in: index.isMultiple(of: 3) ? .seconds(1) : .milliseconds(10))
    }
    #expect(!rate.isSlow)
    for _ in 1..<StorageRate.measuredCount { rate.add(1_900_000, in: .milliseconds(10)) }
    #expect(!rate.isSlow, "a measurement is 64 reads")
    rate.add(1_900_000, in: .milliseconds(10))
    #expect(rate.isSlow)
    for _ in 0..<2 * StorageRate.measuredCount { rate.add(2 << 20, in: .milliseconds(1)) }
    #expect(rate.isSlow, "slow storage stays with the cache")
  }
}
