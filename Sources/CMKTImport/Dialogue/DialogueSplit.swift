import CMKTFormat
import Codecs

/// The sequences of one split: how many, how long, and which of them are kept.
struct DialogueSplit {
  let arrays: DialogueLayout.SplitArrays
  let ids: [String]
  /// `[N]`, each from 0 to `paddedLength`.
  let lengths: [Int]
  /// `T`, the number of frames that every sequence is padded to.
  let paddedLength: Int
  /// Indices of the sequences with at least one frame.
  let kept: [Int]

  /// The number of sequences, `N`.
  var count: Int { ids.count }

  /// The number of frames that are kept.
  var frameCount: Int { lengths.reduce(0, +) }

  /// Where frame `frame` of sequence `sequence` stands in the messages and the ledger.
  func place(_ sequence: Int, _ frame: Int) -> String { "\(ids[sequence])[\(frame)]" }

  /// Reads ids and lengths.
  ///
  /// - Throws: `ImportFailure`.
  init(
    _ arrays: DialogueLayout.SplitArrays, paddedLength: Int, _ source: DialogueSource
  ) throws(ImportFailure) {
    self.arrays = arrays
    self.paddedLength = paddedLength
    ids = try source.texts(arrays.arrayName("id"))
    let lengthName = arrays.arrayName("length")
    let loaded = try source.load(lengthName)
    try source.check(loaded, lengthName, shape: [ids.count])
    guard let lengths = loaded.integers else {
      throw source.failure(lengthName, expected: "whole numbers", found: loaded.type.descriptor)
    }
    for (index, length) in lengths.enumerated() where !(0...paddedLength).contains(length) {
      throw source.failure(
        lengthName, at: "[\(index)]", expected: "a length from 0 to \(paddedLength)",
        found: "\(length)", remedy: "give the number of frames before the padding")
    }
    self.lengths = lengths
    kept = ids.indices.filter { lengths[$0] > 0 }
  }
}
