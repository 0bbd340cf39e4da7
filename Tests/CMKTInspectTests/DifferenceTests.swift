import CMKTFormat
import CMKTInspect
import HDF5
import Tensors
import TestSupport
import Testing

@Suite struct DifferenceTests {
  private let folder: TemporaryFolder
  private let original: String

  init() throws {
    folder = try TemporaryFolder()
    original = folder.file("a.h5")
    try Sample.features.write(to: original, replacing: false)
  }

  /// The differences between the sample and what `change` makes of it.
  private func differences(
    _ options: DifferenceOptions = DifferenceOptions(), _ change: (inout FeaturesFile) -> Void
  ) throws -> FileDifference {
    var features = Sample.features
    change(&features)
    let other = folder.file("b.h5")
    try features.write(to: other, replacing: true)
    return try FileDifference(between: original, and: other, options)
  }

  @Test func equalFilesDoNotDiffer() throws {
    let result = try differences { _ in }
    #expect(result.differences.isEmpty)
    #expect(result.objectCount > 30 && result.attributeCount > 30 && result.valueCount > 300)
    let other = folder.file("packed.h5")
    try Sample.features.write(to: other, replacing: false, compression: 9)
    #expect(
      try FileDifference(between: original, and: other, DifferenceOptions()).differences.isEmpty)
  }

  @Test func oneValueIsFoundAndPlaced() throws {
    let result = try differences { file in
      file.modalities["text"]?.values.elements[5] += 0.25
    }
    let paths = result.differences.map(\.path)
    #expect(paths.contains("/modalities/text/values"))
    #expect(
      paths.allSatisfy { $0.hasPrefix("/modalities/text") || $0.hasPrefix("/statistics/text") })
    let values = try #require(result.differences.first { $0.path == "/modalities/text/values" })
    #expect(values.aspect == .values && values.place == "[2, 1]")
    #expect(values.differingCount == 1 && values.valueCount == 48)
    let largest = try #require(values.largestAbsolute)
    #expect(abs(largest - 0.25) < 1e-6)
    let before = try #require(Sample.features.modalities["text"]).values.elements[5]
    #expect(values.first == "\(before)")
  }

  @Test func tolerances() throws {
    func change(_ file: inout FeaturesFile) { file.modalities["text"]?.values.elements[5] += 1e-4 }
    #expect(try !differences(DifferenceOptions(absolute: 1e-6), change).differences.isEmpty)
    let within = try differences(DifferenceOptions(absolute: 2e-4), change)
    #expect(within.differences.isEmpty && within.toleratedCount > 0)
    #expect(try differences(DifferenceOptions(relative: 1), change).differences.isEmpty)
    // Labels are floats, ids and flags are not: no tolerance makes them equal.
    let ids = try differences(DifferenceOptions(absolute: 100, relative: 1)) {
      $0.sequences.ids[3] = "other"
    }
    #expect(ids.differences.map(\.path) == ["/sequences/id"])
    #expect(ids.differences.first?.second == "\"other\"")
  }

  @Test func missingGroupsAreListedOnce() throws {
    let result = try differences { file in
      file.modalities["text-b"] = file.modalities["text"]
      file.modalities["text"] = nil
    }
    let missing = result.differences.filter { $0.aspect != .values }
    #expect(
      missing.map(\.path) == [
        "/modalities/text", "/modalities/text-b", "/statistics/text", "/statistics/text-b",
      ])
    #expect(missing.map(\.aspect) == [.onlyInFirst, .onlyInSecond, .onlyInFirst, .onlyInSecond])
    #expect(missing.first?.first == "group of 3 objects")
  }

  @Test func shapesAndAttributes() throws {
    let result = try differences { file in
      file.name = "other"
      file.targets["label"]?.names = []
      file.targets["label"]?.range = 0...1
    }
    let found = Dictionary(uniqueKeysWithValues: result.differences.map { ($0.path, $0) })
    #expect(found["/@name"]?.first == "\"tiny\"" && found["/@name"]?.second == "\"other\"")
    #expect(found["/targets/label/names"]?.aspect == .shape)
    #expect(found["/targets/label@range"]?.aspect == .onlyInSecond)
  }

  @Test func whatIsIgnored() throws {
    func change(_ file: inout FeaturesFile) {
      file.modalities["text"]?.values.elements[5] += 0.25
      file.name = "other"
    }
    let ignored = ["/modalities/*/values", "/statistics", "/@name"].compactMap(IgnoredPath.init)
    #expect(ignored.count == 3)
    let result = try differences(DifferenceOptions(ignored: ignored), change)
    #expect(result.differences.isEmpty && result.ignoredCount > 3)
    let attribute = ["/modalities/text@units", "/statistics"].compactMap(IgnoredPath.init)
    #expect(
      try differences(DifferenceOptions(ignored: attribute), change).differences.map(\.path)
        == ["/@name", "/modalities/text/values"])
    #expect(IgnoredPath("provenance") == nil && IgnoredPath("/") == nil && IgnoredPath("") == nil)
  }

  @Test func modelsByMember() throws {
    let first = folder.file("m.h5")
    let second = folder.file("n.h5")
    try Sample.model.write(to: first, replacing: false)
    var model = Sample.model
    model.training.recipe = "{\"batch.size\": 8, \"loss\": [1]}"
    model.weights[0].tensor.elements[0] += 1
    try model.write(to: second, replacing: false)
    let found = try FileDifference(between: first, and: second, DifferenceOptions()).differences
    let recipe = found.filter { $0.path == "/training/recipe" }
    #expect(recipe.map(\.place) == ["batch.size", "loss[0]"])
    #expect(recipe.map(\.first) == ["4", "–"] && recipe.map(\.second) == ["8", "1"])
    let weights = found.filter { $0.path.hasPrefix("/weights") }
    #expect(weights.count == 1 && weights.first?.differingCount == 1)
    #expect(found.count == 3)
  }

  @Test func numbersThatAreNotFinite() throws {
    func file(_ name: String, _ values: [Float]) throws -> String {
      let path = folder.file(name)
      let writer = try HDF5FileWriter(creatingAt: path)
      try writer.createDataset(
        "/x", type: .float32, shape: [values.count], chunkShape: nil, filters: [])
      try writer.write(ElementBytes.bytes(of: values), to: "/x", slab: nil)
      try writer.close()
      return path
    }
    let first = try file("x.h5", [.nan, .infinity, 1, 0])
    let second = try file("y.h5", [.nan, -.infinity, 1, -0.0])
    let loose = DifferenceOptions(absolute: 1e300, relative: 1)
    #expect(try FileDifference(between: first, and: first, loose).differences.isEmpty)
    let apart = try FileDifference(between: first, and: second, loose).differences
    #expect(apart.map(\.differingCount) == [1] && apart.map(\.place) == ["[1]"])
    let strict = DifferenceOptions(nan: .different)
    #expect(
      try FileDifference(between: first, and: first, strict).differences.map(\.place) == ["[0]"])
  }

  @Test func typesOfOtherPrograms() throws {
    let first = folder.file("s.h5")
    let second = folder.file("t.h5")
    try HDF5FileWriter(creatingAt: first).close()
    try HDF5FileWriter(creatingAt: second).close()
    #expect(ForeignHDF5.addFloats("x", [1, 2, 3], isBigEndian: false, file: first))
    #expect(ForeignHDF5.addFloats("x", [1, 2, 4], isBigEndian: true, file: second))
    let found = try FileDifference(between: first, and: second, DifferenceOptions()).differences
    #expect(found.map(\.aspect) == [.type, .values] && found.last?.place == "[2]")
    #expect(ForeignHDF5.addSoftLink("loop", to: "/", file: first))
    #expect(try FileDifference(between: first, and: first, DifferenceOptions()).differences.isEmpty)
    // Of other bytes, so that what cannot be compared is told of.
    let third = folder.file("u.h5")
    try HDF5FileWriter(creatingAt: third).close()
    #expect(ForeignHDF5.addFloats("x", [1, 2, 5], isBigEndian: false, file: third))
    #expect(ForeignHDF5.addSoftLink("loop", to: "/", file: third))
    let linked = try FileDifference(between: first, and: third, DifferenceOptions()).differences
      .filter { $0.aspect == .notCompared }
    #expect(linked.map(\.aspect) == [.notCompared, .notCompared])
    #expect(throws: InspectFailure.self) {
      try FileDifference(between: first, and: folder.file("none"), DifferenceOptions())
    }
  }

  @Test func digestsTellOfDamageWhereNothingElseDiffers() throws {
    let other = folder.file("b.h5")
    try Sample.features.write(to: other, replacing: true)
    #expect(ForeignHDF5.removeAttribute("content", of: "/digests", file: other))
    let found = try FileDifference(between: original, and: other, DifferenceOptions()).differences
    #expect(found.map(\.path) == ["/digests@content"])
  }

  @Test func arraysOfManyBlocks() throws {
    func file(_ name: String, changed: Int?) throws -> String {
      let path = folder.file(name)
      let writer = try HDF5FileWriter(creatingAt: path)
      try writer.createDataset(
        "/x", type: .float64, shape: [3, 700_001], chunkShape: nil, filters: [])
      var values = (0..<2_100_003).map(Double.init)
      if let changed { values[changed] += 1 }
      try writer.write(ElementBytes.bytes(of: values), to: "/x", slab: nil)
      try writer.close()
      return path
    }
    let first = try file("big.h5", changed: nil)
    for (index, place) in [
      (0, "[0, 0]"), (700_000, "[0, 700000]"), (700_001, "[1, 0]"), (2_100_002, "[2, 700000]"),
      (1_300_000, "[1, 599999]"),
    ] {
      let second = try file("bigger-\(index).h5", changed: index)
      let result = try FileDifference(between: first, and: second, DifferenceOptions())
      #expect(result.valueCount == 2_100_003)
      #expect(result.differences.map(\.place) == [place])
      #expect(result.differences.map(\.differingCount) == [1])
    }
  }

  /// The sample with uneven sequences, segments, an axis of its own and annotations, its sequences
  /// in the order `order`.
  private func features(order: [Int]) -> FeaturesFile {
    let lengths = [2, 5, 1, 6, 7, 3]
    let starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let frames = order.flatMap { starts[$0]..<starts[$0 + 1] }
    let offsets = order.reduce(into: [0]) { $0.append($0[$0.count - 1] + lengths[$1]) }
    let base = Sample.features
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: order.map { "s\($0)" }, recordings: order.map { "r\($0)" },
        speakers: order.map { "p\($0)" }, splits: order.map { base.sequences.splits[$0] },
        offsets: offsets),
      timeBase: .index)
    file.modalities["text"] = Modality(
      values: Tensor(
        shape: [24, 2], elements: frames.flatMap { [Float($0), Float(2 * $0)] }),
      validity: .rows(frames.map { $0 != 5 }), featureNames: ["t0", "t1"], level: .frame)
    // Sequence i has i rows of its own, and i segments, which begin at its first frame.
    let own = order.flatMap { index in (0..<index).map { Float(10 * index + $0) } }
    file.modalities["own"] = Modality(
      values: Tensor(shape: [15, 1], elements: own),
      validity: .rows(own.map { _ in true }), featureNames: ["o"], level: .own,
      ownAxis: OwnAxis(
        offsets: order.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }, intervals: nil))
    let owners = order.enumerated().flatMap { Array(repeating: $0.offset, count: $0.element) }
    file.segments["words"] = SegmentTable(
      sequence: owners, frameBegin: owners.map { offsets[$0] },
      frameEnd: owners.map { offsets[$0] + 1 }, intervals: nil,
      ids: order.flatMap { index in (0..<index).map { "w\(index)-\($0)" } })
    let texts = order.flatMap { index in
      (0..<index).map { String(repeating: "\(index)", count: 1 + $0) }
    }
    file.annotations["said"] = Annotation(
      bytes: texts.flatMap { Array($0.utf8) },
      offsets: texts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) },
      sequence: owners, intervals: nil)
    return file
  }

  @Test func sequencesInAnyOrder() throws {
    let first = folder.file("one.h5")
    let second = folder.file("two.h5")
    try features(order: [0, 1, 2, 3, 4, 5]).write(to: first, replacing: false)
    try features(order: [3, 0, 5, 4, 1, 2]).write(to: second, replacing: false)
    let strict = try FileDifference(between: first, and: second, DifferenceOptions())
    #expect(strict.differences.contains { $0.path == "/sequences/id" })
    let options = DifferenceOptions(relative: 1e-12, inAnyOrder: true)
    let matched = try FileDifference(between: first, and: second, options)
    #expect(matched.differences.isEmpty, "\(matched.differences)")
    #expect(matched.valueCount == strict.valueCount)
    var changed = features(order: [3, 0, 5, 4, 1, 2])
    changed.modalities["own"]?.values.elements[0] += 1
    changed.segments["words"]?.ids[14] = "other"
    try changed.write(to: second, replacing: true)
    let found = try FileDifference(between: first, and: second, options).differences
    let places = Dictionary(uniqueKeysWithValues: found.map { ($0.path, $0.place) })
    // Three rows of sequence 3 come after those of 1 and 2; the two segments of 2 after that of 1.
    #expect(places["/modalities/own/values"] == "[3, 0]")
    #expect(places["/segments/words/id"] == "[2]")
    #expect(found.allSatisfy { $0.path.contains("own") || $0.path == "/segments/words/id" })
  }
}
