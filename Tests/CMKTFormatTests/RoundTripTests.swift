import CMKTFormat
import Foundation
import TestSupport
import Testing

@Suite struct RoundTripTests {
  @Test func featuresComeBackAsTheyWere() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("features.h5")
    let written = try Sample.features.write(to: path, replacing: false)
    let (file, digests) = try FeaturesFile.read(path)
    #expect(file == Sample.features)
    #expect(digests == written)
    #expect(digests.content.count == 64)
  }

  @Test func modelsComeBackAsTheyWere() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.h5")
    let written = try Sample.model.write(to: path, replacing: false)
    let (file, digests) = try ModelFile.read(path)
    #expect(file == Sample.model)
    #expect(digests == written)
  }

  @Test func stepsOfOneColumnComeBackAsTheyWere() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.h5")
    var model = Sample.model
    model.postprocessing["label"]?[1].column = 0
    try model.write(to: path, replacing: false)
    #expect(try ModelFile.read(path).0 == model)
  }

  @Test func equalContentGivesEqualBytesWhateverTheName() throws {
    let folder = try TemporaryFolder()
    try Sample.features.write(to: folder.file("one.h5"), replacing: false)
    try Sample.features.write(to: folder.file("another.h5"), replacing: false)
    let one = FileManager.default.contents(atPath: folder.file("one.h5"))
    #expect(one != nil)
    #expect(one == FileManager.default.contents(atPath: folder.file("another.h5")))
  }

  @Test func digestsDoNotDependOnCompression() throws {
    let folder = try TemporaryFolder()
    let plain = try Sample.features.write(to: folder.file("plain.h5"), replacing: false)
    let packed = try Sample.features.write(
      to: folder.file("packed.h5"), replacing: false, compression: 9)
    #expect(plain == packed)
    #expect(try FeaturesFile(contentsOf: folder.file("packed.h5")) == Sample.features)
  }

  @Test func provenanceChangesTheFileDigestAlone() throws {
    let folder = try TemporaryFolder()
    let before = try Sample.features.write(to: folder.file("before.h5"), replacing: false)
    var changed = Sample.features
    changed.provenance.steps = []
    let after = try changed.write(to: folder.file("after.h5"), replacing: false)
    #expect(before.content == after.content)
    #expect(before.file != after.file)
  }

  @Test func aModalityCanBeLeftUnread() throws {
    let folder = try TemporaryFolder()
    try Sample.features.write(to: folder.file("f.h5"), replacing: false)
    let file = try FeaturesFile.read(folder.file("f.h5"), modalities: ["audio"]).file
    #expect(Array(file.modalities.keys) == ["audio"])
  }

  @Test func anEmptyFileIsAFileToo() throws {
    let folder = try TemporaryFolder()
    let table = SequenceTable(ids: [], recordings: [], speakers: [], splits: [], offsets: [0])
    let empty = FeaturesFile(sequences: table, timeBase: .index)
    try empty.write(to: folder.file("empty.h5"), replacing: false)
    #expect(try FeaturesFile(contentsOf: folder.file("empty.h5")) == empty)
    #expect(try Validator.validate(folder.file("empty.h5")).findings.isEmpty)
  }
}
