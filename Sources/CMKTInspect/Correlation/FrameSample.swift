import CMKTEngine
import CMKTFormat
import Tensors

/// The recordings that stand for all where there are too many frames to keep.
///
/// Whole recordings, in the order that the seed draws, as many as fit: shifts and exchanges need them
/// whole.
struct FrameSample {
  /// Of those that were asked for, the sequences of the chosen recordings, in file order.
  let sequences: [Int]
  /// The frames of these, and of all.
  let frameCount: Int
  let allFrameCount: Int

  var isAll: Bool { frameCount == allFrameCount }

  /// - Throws: `usage` where not even one recording fits.
  init(
    of sequences: [Int], in table: SequenceTable, atMost limit: Int, seed: UInt64
  ) throws(InspectFailure) {
    func frames(_ members: [Int]) -> Int { members.reduce(0) { $0 + table.frames(of: $1).count } }
    allFrameCount = frames(sequences)
    guard allFrameCount > limit else {
      self.sequences = sequences
      frameCount = allFrameCount
      return
    }
    let members = Dictionary(grouping: sequences) { table.recordings[$0] }
    let names = members.keys.sorted()
    var stream = RandomStream(seed: seed, purpose: "frames")
    var chosen: Set<Int> = []
    var count = 0
    for place in stream.permutation(names.count) {
      let recording = members[names[place]] ?? []
      guard count + frames(recording) <= limit else { continue }
      count += frames(recording)
      chosen.formUnion(recording)
    }
    guard count > 0 else {
      throw .usage(
        reason: "the shortest recording has \(names.map { frames(members[$0] ?? []) }.min() ?? 0)"
          + " frames, more than --max-frames \(limit)",
        remedy: "raise --max-frames")
    }
    self.sequences = sequences.filter(chosen.contains)
    frameCount = count
  }
}
