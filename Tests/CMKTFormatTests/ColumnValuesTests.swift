import CMKTFormat
import Tensors
import TestSupport
import Testing

/// Columns that are kept outside memory are those that would be in it.
@Suite struct ColumnValuesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Two modalities on frames, so long that columns lie in several parts: one with flags of rows, one
  /// with flags of values.
  private func write(rowCount: Int) throws -> String {
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: ["a", "b"], recordings: ["a", "b"], speakers: ["", ""], splits: [.train, .test],
        offsets: [0, rowCount / 3, rowCount]),
      timeBase: .index)
    let values = (0..<rowCount * 3).map { Float(($0 &* 7919) % 1009) - 500 }
    let rows = (0..<rowCount).map { $0 % 11 != 0 }
    for name in ["rows", "elements"] {
      file.modalities[name] = Modality(
        values: Tensor(shape: [rowCount, 3], elements: values),
        validity: name == "rows"
          ? .rows(rows) : .elements((0..<rowCount * 3).map { $0 % 13 != 0 }),
        featureNames: ["x", "y", "z"], level: .frame)
    }
    let path = folder.file("features.h5")
    try file.write(to: path, replacing: true)
    return path
  }

  @Test(arguments: [1, 70_000, 200_000], ["rows", "elements"])
  func columnsOutsideMemoryAreTheSame(rowCount: Int, name: String) throws {
    let reader = try FeaturesReader(path: try write(rowCount: rowCount))
    defer { reader.close() }
    let inMemory = try #require(try reader.columns(of: name))
    let outside = try #require(try reader.columns(of: name, memory: RowMemory(byteCount: 1)))
    #expect(outside.rowCount == rowCount && outside.columnCount == 3)
    for column in 0..<3 {
      #expect(try outside.values(of: column) == inMemory.values(of: column))
      #expect(try outside.flags(of: column) == inMemory.flags(of: column))
    }
    #expect(try DuplicateColumns.find(in: outside) == DuplicateColumns.find(in: inMemory))
  }

  @Test func rowsOfAFileAreThoseInMemory() throws {
    let path = try write(rowCount: 70_000)
    let whole = try FeaturesFile.read(path).file
    let streamed = try FeaturesFile.read(path, memory: RowMemory(byteCount: 1000)).file
    for name in ["rows", "elements"] {
      let (first, second) = (
        try #require(whole.rows(of: name)), try #require(streamed.rows(of: name))
      )
      #expect(second.rowCount == 70_000 && second.columnCount == 3 && second.storedRowCount > 1)
      for range in [0..<1, 69_999..<70_000, 12_345..<54_321, 5..<5] {
        let (left, right) = (try first.block(rows: range), try second.block(rows: range))
        #expect(left.values == right.values && left.validity == right.validity)
        #expect(try first.validRows(range) == second.validRows(range))
      }
    }
  }

  @Test func smallFilesStayInMemory() throws {
    let path = try write(rowCount: 100)
    let file = try FeaturesFile.read(path, memory: RowMemory(byteCount: 10_000)).file
    #expect(file.outside.isEmpty)
    #expect(file == (try FeaturesFile.read(path).file))
  }
}
