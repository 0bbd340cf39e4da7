import CMKTFormat
import Foundation
import HDF5
import Tensors
import TestSupport

/// A file that breaks one rule: a sound document, and what is done to it.
struct RuleFixture: Sendable {
  let rule: RuleID
  var base: Document = Sample.features.document
  /// Done before the digests are computed.
  var edit: @Sendable (inout Document) -> Void = { _ in }
  /// Done after, so that the digests no longer fit.
  var damage: @Sendable (inout Document) -> Void = { _ in }
  /// The features that a model is said to be trained on, where the rule needs them.
  var features: FeaturesFile?
  /// Done to the finished file.
  var spoil: @Sendable (_ file: String) -> Bool = { _ in true }

  static let all: [RuleFixture] = structure + sequences + rows + lints + models + digests

  private static func features(
    _ rule: RuleID, _ edit: @escaping @Sendable (inout Document) -> Void
  ) -> RuleFixture {
    RuleFixture(rule: rule, edit: edit)
  }

  private static func changed(
    _ rule: RuleID, _ change: (inout FeaturesFile) -> Void
  ) -> RuleFixture {
    var file = Sample.features
    change(&file)
    return RuleFixture(rule: rule, base: file.document)
  }

  private static func model(_ rule: RuleID, _ change: (inout ModelFile) -> Void) -> RuleFixture {
    var file = Sample.model
    change(&file)
    return RuleFixture(rule: rule, base: file.document)
  }

  private static let structure: [RuleFixture] = [
    features(.unknownObject) { $0.addGroup("/notes") },
    features(.missingObject) { $0.remove("/targets/sentiment/names") },
    features(.objectKind) {
      $0.remove("/annotations")
      $0.add([1], at: "/annotations")
    },
    features(.elementType) {
      $0.add([Double](repeating: 0, count: 14), shape: [7, 2], at: "/modalities/audio/values")
    },
    features(.shape) { $0.add([1, 2], at: "/segments/words/frame_end") },
    features(.missingAttribute) { $0.removeAttribute("licence", from: "/") },
    features(.attributeType) { $0.setAttribute(Attribute("licence", Int64(1)), on: "/") },
    features(.attributeValue) { $0.setAttribute(.text("redistribution", "maybe"), on: "/") },
    features(.unknownAttribute) { $0.setAttribute(.text("mood", "good"), on: "/frames") },
    RuleFixture(
      rule: .hardLinks,
      spoil: { ForeignHDF5.addSoftLink("shortcut", to: "/modalities", file: $0) }),
    RuleFixture(
      rule: .storage,
      edit: { $0.addGroup((0..<20).map { "/deep\($0)" }.reduce("/extensions", +)) }),
    features(.name) { $0.addGroup("/extensions/bell\u{7}") },
    features(.text) {
      $0.addDataset(
        "/segments/words/id", type: .string(byteCount: 1), shape: [4], bytes: [65, 66, 255, 67])
    },
    features(.mustUnderstand) {
      $0.addGroup("/extensions/encryption")
      $0.setAttribute(.texts("must_understand", ["encryption"]), on: "/")
    },
  ]

  private static let sequences: [RuleFixture] = [
    changed(.offsets) { $0.sequences.offsets = [0, 5, 3, 7] },
    changed(.uniqueIDs) { $0.sequences.ids[1] = "a" },
    features(.splitNames) { $0.add(["train", "train", "holdout"], at: "/sequences/split") },
    changed(.frameIntervals) { $0.frameIntervals = nil },
    changed(.intervalValues) { $0.frameIntervals?[1] = -1 },
    changed(.segmentNesting) { $0.segments["words"]?.frameEnd[0] = 4 },
    changed(.annotationText) { $0.annotations["words"]?.bytes[0] = 0xff },
    changed(.groupAcrossSplits) { $0.sequences.splits[1] = .test },
    features(.statistics) {
      $0.add([9, 9], at: "/statistics/audio/count")
    },
  ]

  private static let rows: [RuleFixture] = [
    changed(.level) { $0.modalities["text"]?.level = .segment("phones") },
    changed(.rowCount) { $0.modalities["clip"]?.level = .frame },
    features(.flags) {
      $0.add([UInt8](repeating: 2, count: 3), shape: [3], at: "/modalities/clip/valid")
    },
    changed(.finiteValues) { $0.modalities["audio"]?.values.elements[3] = .nan },
    changed(.featureNames) { $0.modalities["audio"]?.featureNames = ["x", "x"] },
    changed(.ownAxis) { $0.modalities["raw"]?.ownAxis = nil },
    changed(.classCount) { $0.targets["emotion"]?.classCount = 0 },
    changed(.targetValues) { $0.targets["emotion"]?.values.elements[0] = 7 },
    changed(.targetRange) { $0.targets["sentiment"]?.range = -2...2 },
    changed(.contaminatedSplit) { $0.modalities["audio"]?.fittedOn = ["ç"] },
    changed(.derivedTarget) { $0.targets["label"]?.values.elements[0] = 1 },
    changed(.positiveDurations) { $0.modalities["audio"]?.hopSeconds = 0 },
  ]

  private static let lints: [RuleFixture] = [
    changed(.constantColumns) { file in
      for row in 0..<7 { file.modalities["audio"]?.values.elements[2 * row + 1] = 4 }
    },
    changed(.duplicateColumns) { file in
      for row in 0..<7 { file.modalities["audio"]?.values.elements[2 * row + 1] = Float(row) / 2 }
    },
    changed(.constantTarget) { $0.targets["emotion"]?.values.elements = [1, 1, 2] },
    changed(.unlabelledSplit) { $0.targets["emotion"]?.valid[2] = false },
    changed(.emptySequences) {
      $0.modalities["audio"]?.validity = .elements((0..<14).map { !(6...9).contains($0) })
    },
    changed(.mostlyMissing) { $0.modalities["clip"]?.validity = .rows([true, false, false]) },
    changed(.placeholderValues) { $0.setRaw((0..<40).map { $0 < 8 ? -999 : Float($0) }) },
    changed(.saturatedColumns) { $0.setRaw((0..<40).map { $0 < 24 ? 1 : Float($0 - 22) }) },
    changed(.hugeValues) { $0.modalities["raw"]?.values.elements[1] = -2e6 },
  ]

  private static let models: [RuleFixture] = [
    model(.architecture) { $0.architecture.encoder.inputSize = 3 },
    model(.weightNames) { $0.weights.removeLast() },
    model(.weightShapes) { $0.weights[0].tensor = .init(repeating: 0, shape: [1, 2]) },
    model(.finiteWeights) { $0.weights[0].tensor.elements[0] = .infinity },
    model(.normalisation) { $0.normalisation["audio"]?.scale[0] = 0 },
    model(.alignment) { $0.alignment["text"]?.correlations = [0.5, 0.75] },
    model(.postprocessing) { $0.postprocessing["label"]?[0].frames = 2 },
    model(.recipe) { $0.training.recipe = "batch size 32" },
    model(.checkpointState) { $0.isFinished = false },
    model(.sharedRecord) { $0.training.shared = SequenceCounts(train: 2, valid: 1, test: 0) },
    model(.neverImproved) {
      $0.training.history = [HistoryCurve(name: "step1/valid/loss", values: [1, 2, 1.5])]
    },
    contaminated,
    model(.deadUnits) { $0.weights[0].tensor.elements[1] = 0 },
  ]

  private static var contaminated: RuleFixture {
    var fixture = model(.contaminatedSelection) { $0.training.validIds = ["b"] }
    var features = Sample.features
    features.modalities["audio"]?.fittedOn = ["b"]
    fixture.features = features
    return fixture
  }

  private static let digests: [RuleFixture] = [
    RuleFixture(
      rule: .digestList,
      damage: { document in
        document.addGroup("/extensions")
      }),
    RuleFixture(
      rule: .objectDigest,
      damage: { $0.add(["w0", "w1", "w2", "w3"], at: "/segments/words/id") }),
    RuleFixture(
      rule: .rootDigest,
      damage: {
        $0.setAttribute(.text("content", String(repeating: "0", count: 64)), on: "/digests")
      }),
    changed(.provenanceText) {
      $0.provenance.steps[0].command = "cmkt-import /data/dump.npz"
    },
    RuleFixture(rule: .unreadable, spoil: { ForeignBytes.flip("héyou", inFileAt: $0) }),
  ]
}

extension FeaturesFile {
  /// Gives the modality with rows of its own these values.
  fileprivate mutating func setRaw(_ values: [Float]) {
    modalities["raw"]?.values = Tensor(shape: [values.count, 1], elements: values)
    modalities["raw"]?.validity = .rows(Array(repeating: true, count: values.count))
    modalities["raw"]?.ownAxis = OwnAxis(offsets: [0, 10, 20, values.count], intervals: nil)
  }
}

/// Damage to files from outside.
enum ForeignBytes {
  /// Changes a bit of the only place where `text` stands in the file; false where there is none.
  static func flip(_ text: String, inFileAt path: String) -> Bool {
    guard var data = FileManager.default.contents(atPath: path),
      let place = data.firstRange(of: Data(text.utf8))
    else { return false }
    data[place.lowerBound] ^= 1
    return FileManager.default.createFile(atPath: path, contents: data)
  }
}
