import CMKTFormat
import Codecs
import Foundation
import HDF5
import Tensors
import TestSupport
import Testing

@Suite struct FeaturesAssemblyTests {
  /// `file`, every modality's rows in scratch arrays.
  private static func assembly(of file: FeaturesFile) throws -> FeaturesAssembly {
    var assembly = FeaturesAssembly(skeleton: file)
    for (name, modality) in file.modalities {
      let flags: StoredModality.Flags =
        switch modality.validity {
        case .rows(let flags): .rows(try ScratchArray(flags.map { $0 ? 1 : 0 }))
        case .elements(let flags): .elements(try ScratchArray(flags.map { $0 ? 1 : 0 }))
        }
      var description = modality
      description.values = Tensor(shape: [0, modality.featureCount], elements: [])
      description.validity = .rows([])
      assembly.add(
        name, description,
        rows: StoredModality(
          values: try ScratchArray(modality.values.elements), flags: flags,
          featureCount: modality.featureCount))
    }
    return assembly
  }

  /// The sample with one modality of several chunks, the last of them not full.
  private static var large: FeaturesFile {
    var file = Sample.features
    let rowCount = 9001
    file.sequences.offsets = [0, 3, 5, rowCount]
    file.frameIntervals = (0..<rowCount).flatMap { [Double($0), Double($0) + 1] }
    file.segments = [:]
    file.targets = [:]
    let count = rowCount * 150
    var state: UInt32 = 1
    let values = (0..<count).map { _ -> Float in
      state = state &* 1_664_525 &+ 1_013_904_223
      return Float(state >> 8) / 1000 - 3000
    }
    let names = (0..<150).map { "f\($0)" }
    file.modalities = [
      "audio": Modality(
        values: Tensor(shape: [rowCount, 150], elements: values),
        validity: .elements((0..<count).map { $0 % 7 != 0 }), featureNames: names, level: .frame),
      "video": Modality(
        values: Tensor(shape: [rowCount, 1], elements: Array(values.prefix(rowCount))),
        validity: .rows((0..<rowCount).map { $0 % 3 != 0 }), featureNames: ["x"], level: .frame),
    ]
    return file
  }

  @Test(arguments: [0, 4])
  func storedRowsGiveTheSameBytes(compression: Int) throws {
    for file in [Sample.features, Self.large] {
      let folder = try TemporaryFolder()
      let inMemory = try file.write(
        to: folder.file("memory.h5"), replacing: false, compression: compression)
      for threads in [1, 3] {
        let stored = try Self.assembly(of: file).write(
          to: folder.file("stored-\(threads).h5"), replacing: false, compression: compression,
          threads: threads)
        #expect(stored == inMemory)
        #expect(
          try folder.bytes(of: "stored-\(threads).h5") == folder.bytes(of: "memory.h5"))
      }
      #expect(try FeaturesFile(contentsOf: folder.file("stored-1.h5")) == file)
      #expect(
        try Validator.validate(folder.file("stored-1.h5")).findings.allSatisfy {
          $0.severity != .error
        })
    }
  }

  /// The library's own filters are the reference for ours.
  @Test func chunksAreThoseThatHDF5Writes() throws {
    let folder = try TemporaryFolder()
    let file = Self.large
    try file.write(to: folder.file("ours.h5"), replacing: false, compression: 4)
    let reader = try HDF5FileReader(path: folder.file("ours.h5"))
    let writer = try HDF5FileWriter(creatingAt: folder.file("theirs.h5"))
    let paths = ["/modalities/audio/values", "/modalities/audio/valid", "/sequences/id"]
    for group in ["/modalities", "/modalities/audio", "/sequences"] {
      try writer.createGroup(group)
    }
    for path in paths {
      let info = try reader.dataset(at: path)
      try writer.createDataset(
        path, type: try #require(info.type), shape: info.shape, chunkShape: info.chunkShape,
        filters: info.filters)
      try writer.write(reader.read(path), to: path)
    }
    try writer.close()
    let theirs = try HDF5FileReader(path: folder.file("theirs.h5"))
    #expect(try reader.chunkCount(of: paths[0]) > 2)
    for path in paths {
      for index in 0..<(try reader.chunkCount(of: path)) {
        #expect(
          try reader.readRawChunk(path, index: index) == theirs.readRawChunk(path, index: index))
      }
    }
  }

  @Test func aStoredValueThatIsNotFiniteIsRefused() throws {
    let folder = try TemporaryFolder()
    var file = Self.large
    file.modalities["audio"]?.values.elements[9000 * 150 + 3] = .infinity
    let assembly = try Self.assembly(of: file)
    let failure = #expect(throws: FormatFailure.self) {
      try assembly.write(to: folder.file("a.h5"), replacing: false)
    }
    #expect(failure?.description.contains("row 9000, column 3") == true)
    #expect(try folder.names().isEmpty)
  }

  @Test func rowsThatDoNotFitTheLevelAreRefused() throws {
    let folder = try TemporaryFolder()
    var assembly = try Self.assembly(of: Self.large)
    assembly.skeleton.modalities["video"]?.level = .sequence
    let failure = #expect(throws: FormatFailure.self) {
      try assembly.write(to: folder.file("a.h5"), replacing: false)
    }
    #expect(failure?.description.contains("expected 3 rows") == true)
  }
}
