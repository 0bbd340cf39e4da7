import CMKTFormat
import Tensors

/// A small world with a known answer: two slow hidden processes, seen clearly by `strong` and
/// dimly by `weak`.
struct SyntheticFeatures {
  var state: UInt64

  /// Uniform in −1 ..< 1.
  mutating func uniform() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 23) - 1
  }

  /// 12 sequences of 20 to 30 frames: 8 for training, 2 for validation, 2 for testing.
  static func file(
    seed: UInt64 = 1, weakNoise: Float = 0.3, sequenceCount: Int = 12
  ) -> FeaturesFile {
    var world = SyntheticFeatures(state: seed)
    var offsets = [0]
    var weak: [Float] = []
    var strong: [Float] = []
    var mood: [Float] = []
    for index in 0..<sequenceCount {
      let length = 20 + (index * 7) % 11
      offsets.append(offsets[index] + length)
      var hidden: (Float, Float) = (0, 0)
      for _ in 0..<length {
        hidden.0 = 0.8 * hidden.0 + 0.6 * world.uniform()
        hidden.1 = 0.8 * hidden.1 + 0.6 * world.uniform()
        weak += [
          hidden.0 + weakNoise * world.uniform(), hidden.1 - hidden.0 + weakNoise * world.uniform(),
          5 + 3 * world.uniform(), 7,
        ]
        strong += [hidden.0, hidden.1, hidden.0 + hidden.1, hidden.0 * hidden.1, world.uniform()]
        mood.append(hidden.0 + 0.5 * hidden.1)
      }
    }
    return assemble(offsets: offsets, weak: weak, strong: strong, mood: mood)
  }

  /// A file of sequences of `length` frames each.
  static func assemble(
    splits: [Split], length: Int, weak: [Float], strong: [Float], mood: [Float]
  ) -> FeaturesFile {
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: splits.indices.map { "s\($0)" }, recordings: splits.indices.map { "r\($0)" },
        speakers: Array(repeating: "", count: splits.count), splits: splits,
        offsets: (0...splits.count).map { $0 * length }),
      timeBase: .seconds,
      frameIntervals: mood.indices.flatMap { [Double($0) * 0.5, Double($0) * 0.5 + 0.5] })
    file.modalities["weak"] = modality(weak, width: weak.count / mood.count, frames: mood.count)
    file.modalities["strong"] = modality(
      strong, width: strong.count / mood.count, frames: mood.count)
    file.targets["mood"] = Target(
      values: Tensor(shape: [mood.count, 1], elements: mood),
      valid: Array(repeating: true, count: mood.count), level: .frame, kind: .regression)
    return file
  }

  private static func assemble(
    offsets: [Int], weak: [Float], strong: [Float], mood: [Float]
  ) -> FeaturesFile {
    let count = offsets.count - 1
    let frames = mood.count
    let splits: [Split] = (0..<count).map {
      $0 < count - 4 ? .train : $0 < count - 2 ? .valid : .test
    }
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: (0..<count).map { "s\($0)" }, recordings: (0..<count).map { "r\($0)" },
        speakers: Array(repeating: "", count: count), splits: splits, offsets: offsets),
      timeBase: .seconds,
      frameIntervals: (0..<frames).flatMap { [Double($0) * 0.5, Double($0) * 0.5 + 0.5] })
    file.modalities["weak"] = modality(weak, width: 4, frames: frames)
    file.modalities["strong"] = modality(strong, width: 5, frames: frames)
    var level = Target(
      values: Tensor(shape: [frames, 1], elements: mood),
      valid: Array(repeating: true, count: frames), level: .frame, kind: .regression)
    level.range = -3...3
    file.targets["mood"] = level
    var positive = level
    positive.kind = .binary
    positive.values.elements = mood.map { $0 >= 0 ? 1 : 0 }
    positive.sourceTarget = "mood"
    positive.threshold = 0
    positive.range = nil
    file.targets["positive"] = positive
    file.targets["third"] = classes(mood)
    file.targets["whole"] = whole(mood, offsets: offsets)
    return file
  }

  /// Low, middle and high mood.
  private static func classes(_ mood: [Float]) -> Target {
    var target = Target(
      values: Tensor(
        shape: [mood.count, 1], elements: mood.map { $0 < -0.3 ? 0 : $0 < 0.3 ? 1 : 2 }),
      valid: Array(repeating: true, count: mood.count), level: .frame, kind: .classes)
    target.classCount = 3
    return target
  }

  /// The mean mood of each sequence, and its double.
  private static func whole(_ mood: [Float], offsets: [Int]) -> Target {
    let means = zip(offsets, offsets.dropFirst()).map { begin, end in
      mood[begin..<end].reduce(0, +) / Float(end - begin)
    }
    return Target(
      values: Tensor(shape: [means.count, 2], elements: means.flatMap { [$0, 2 * $0] }),
      valid: Array(repeating: true, count: means.count), level: .sequence, kind: .regression)
  }

  private static func modality(_ values: [Float], width: Int, frames: Int) -> Modality {
    var modality = Modality(
      values: Tensor(shape: [frames, width], elements: values),
      validity: .rows((0..<frames).map { $0 % 17 != 3 }),
      featureNames: (0..<width).map { "f\($0)" }, level: .frame)
    modality.hopSeconds = 0.5
    return modality
  }
}
