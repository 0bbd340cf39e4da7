import CMKTFormat
import Foundation
import Testing

/// Files of format 1.0 that every later version must read.
///
/// They were written once and are never written again: a failing test here means that the code
/// broke files that people have.
@Suite struct GoldenFileTests {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Golden/cmkt-1.0").path

  @Test func featuresOfFormat10AreRead() throws {
    let (file, digests) = try FeaturesFile.read(Self.folder + "/features.h5")
    #expect(file == Sample.features)
    #expect(digests.content == "8b5091db3df1a72679801d9dee0731c3e6b3adc1ba5d7f676dbe6ca8aaf7630a")
  }

  @Test func modelsOfFormat10AreRead() throws {
    let (file, digests) = try ModelFile.read(Self.folder + "/model.h5")
    #expect(file == Sample.model)
    #expect(digests.content == "cf86186d29ddd01e21a9b8540cabb471b6f616c3a75d81344023a9adb2a6817f")
  }

  @Test(arguments: ["features", "model"]) func goldenFilesAreSound(name: String) throws {
    #expect(try Validator.validate("\(Self.folder)/\(name).h5").findings.isEmpty)
  }

  /// What is written today says the same, and so has the same digests.
  @Test func documentsHaveTheGoldenDigests() throws {
    var features = Sample.features.document
    var model = Sample.model.document
    #expect(
      try features.addDigests().content
        == "8b5091db3df1a72679801d9dee0731c3e6b3adc1ba5d7f676dbe6ca8aaf7630a")
    #expect(
      try model.addDigests().content
        == "cf86186d29ddd01e21a9b8540cabb471b6f616c3a75d81344023a9adb2a6817f")
  }
}
