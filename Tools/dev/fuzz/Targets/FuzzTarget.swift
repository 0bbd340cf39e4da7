import Foundation

/// One reader of bytes, and how it is driven.
struct FuzzTarget: Sendable {
  /// As in `run --targets`, and the name of its dictionary and of its seeds.
  let name: String
  /// Gives the reader an input.
  ///
  /// Returns whether the input is one of those that a planted bug breaks: sound, and of a kind that
  /// no seed is.
  let take: @Sendable (FuzzInput) -> Bool

  init(_ name: String, _ take: @escaping @Sendable (FuzzInput) -> Bool) {
    self.name = name
    self.take = take
  }

  static let all: [FuzzTarget] = [
    .npy, .npz, .zip, .deflate, .chunk, .matlab, .pickle, .safetensors, .arff, .csv, .csvFile,
    .protobuf, .onnx, .coreML, .recipe, .architecture, .portable, .splits, .ids, .importing,
  ]

  /// The one that the environment names.
  static let chosen: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["CMKT_FUZZ_TARGET"] ?? ""
    if let target = all.first(where: { $0.name == name }) { return target }
    preconditionFailure("CMKT_FUZZ_TARGET names no target: '\(name)'")
  }()

  /// Whether a planted bug is to be found.
  static let isPlanted = ProcessInfo.processInfo.environment["CMKT_FUZZ_PLANTED"] == "1"
}

/// What `input.c` calls for each input.
@_cdecl("fuzz_try")
func fuzzTry(_ count: Int) {
  let isBroken = FuzzTarget.chosen.take(FuzzInput(count: count))
  expect(!(isBroken && FuzzTarget.isPlanted), "the planted bug")
}
