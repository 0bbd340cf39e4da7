import CMKTFormat
import TestSupport
import Testing

@Suite struct ValidatorTests {
  /// Each rule has a file that breaks it, and it alone.
  @Test(arguments: RuleFixture.all.indices) func aBrokenRuleIsFound(index: Int) throws {
    let fixture = RuleFixture.all[index]
    let folder = try TemporaryFolder()
    let file = folder.file("broken.h5")
    try write(fixture, to: file)
    var features: String?
    if let content = fixture.features {
      features = folder.file("features.h5")
      try content.write(to: folder.file("features.h5"), replacing: false)
    }
    let findings = try Validator.validate(file, trainedOn: features).findings
    #expect(Set(findings.map(\.rule)) == [fixture.rule], "\(fixture.rule.rawValue)")
    #expect(findings.allSatisfy { !$0.remedy.isEmpty && !$0.message.isEmpty })
  }

  @Test func damageIsAFindingOfVerifyToo() throws {
    let folder = try TemporaryFolder()
    let file = folder.file("broken.h5")
    try Sample.features.write(to: file, replacing: false)
    #expect(ForeignBytes.flip("héyou", inFileAt: file))
    let findings = try Validator.verify(file).findings
    #expect(findings.map(\.rule) == [.unreadable])
    #expect(findings.first?.path == "/annotations/words/bytes")
  }

  @Test func everyRuleHasAFixture() {
    let covered = Set(RuleFixture.all.map(\.rule))
    #expect(Set(RuleID.allCases).subtracting(covered).isEmpty)
    #expect(covered.count == RuleFixture.all.count)
  }

  @Test func soundFilesHaveNoFindings() throws {
    let folder = try TemporaryFolder()
    try Sample.features.write(to: folder.file("features.h5"), replacing: false)
    try Sample.model.write(to: folder.file("model.h5"), replacing: false)
    #expect(try Validator.validate(folder.file("features.h5")).findings.isEmpty)
    #expect(try Validator.validate(folder.file("model.h5")).findings.isEmpty)
    #expect(try Validator.verify(folder.file("model.h5")).findings.isEmpty)
  }

  /// What a validator calls an error, no reader accepts; and the other way round.
  @Test(arguments: RuleFixture.all.indices) func readersRefuseErrorsOnly(index: Int) throws {
    let fixture = RuleFixture.all[index]
    // Statistics are a by-product that readers do not use.
    guard fixture.rule != .statistics else { return }
    let folder = try TemporaryFolder()
    let file = folder.file("broken.h5")
    try write(fixture, to: file)
    let isModel = fixture.rule.rawValue.contains("-M")
    let isError = fixture.rule.severity == .error
    do {
      if isModel { _ = try ModelFile.read(file) } else { _ = try FeaturesFile.read(file) }
      #expect(!isError, "\(fixture.rule.rawValue) was read")
    } catch FormatFailure.invalid(_, let findings) {
      #expect(isError && findings.contains { $0.rule == fixture.rule })
    } catch FormatFailure.hdf5 {
      #expect(fixture.rule == .unreadable)
    }
  }

  /// Sizes far beyond any use end in a finding, not in a trap or a long wait.
  @Test(arguments: [Int.max, .min, -1, 0, 1 << 40]) func absurdSizesAreFound(size: Int) throws {
    let changes: [(inout ModelArchitecture) -> Void] = [
      { $0.encoder.layerCount = size }, { $0.encoder.hiddenSize = size },
      { $0.encoder.latentSize = size }, { $0.heads[0].outputSize = size },
      { $0.strong[0].encoder.layerCount = size }, { $0.strong[0].translator?.layerCount = size },
      { $0.strong[0].translator?.outputSize = size },
    ]
    let folder = try TemporaryFolder()
    for (index, change) in changes.enumerated() {
      var model = Sample.model
      change(&model.architecture)
      var document = model.document
      try document.addDigests()
      let file = folder.file("\(index).h5")
      try DocumentFile.write(document, to: file, compression: 0)
      #expect(Set(try Validator.validate(file).findings.map(\.rule)) == [.architecture])
      #expect(throws: FormatFailure.self) { try ModelFile.read(file) }
    }
  }

  @Test func findingsAccumulate() throws {
    let folder = try TemporaryFolder()
    var file = Sample.features
    file.modalities["audio"]?.hopSeconds = -1
    file.sequences.ids[0] = ""
    var document = file.document
    try document.addDigests()
    try DocumentFile.write(document, to: folder.file("two.h5"), compression: 0)
    let found = try Validator.validate(folder.file("two.h5")).findings.map(\.rule)
    #expect(Set(found) == [.uniqueIDs, .positiveDurations])
  }

  private func write(_ fixture: RuleFixture, to file: String) throws {
    var document = fixture.base
    fixture.edit(&document)
    try document.addDigests()
    fixture.damage(&document)
    try DocumentFile.write(document, to: file, compression: 0)
    #expect(fixture.spoil(file))
  }
}
