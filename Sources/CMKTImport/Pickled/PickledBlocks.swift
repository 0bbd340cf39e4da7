import Codecs
import Synchronization

/// Samples of an array whose elements lie in another order than row-major: many are read at once,
/// since each alone is scattered over the whole file.
final class PickledBlocks: Sendable {
  private struct Block {
    var samples = 0..<0
    var values: [Float] = []

    /// The values of one sample, if it is here.
    func part(_ index: Int, _ width: Int) -> [Float]? {
      guard samples.contains(index) else { return nil }
      let place = index - samples.lowerBound
      return Array(values[(place * width)..<((place + 1) * width)])
    }
  }

  private let array: PickleArray
  private let source: PickledSource
  private let block = Mutex(Block())
  private let samplesPerBlock: Int

  private static let blockElementCount = 4 << 20

  init(_ array: PickleArray, _ source: PickledSource) {
    self.array = array
    self.source = source
    samplesPerBlock = max(1, Self.blockElementCount / max(1, array.rowElementCount))
  }

  func sample(_ index: Int) throws(ImportFailure) -> [Float] {
    let width = array.rowElementCount
    if let values = block.withLock({ $0.part(index, width) }) { return values }
    let first = index / samplesPerBlock * samplesPerBlock
    let samples = first..<min(first + samplesPerBlock, array.shape[0])
    let values = try source.reading { document throws(CodecFailure) in
      try document.read(array, rows: samples).floats ?? []
    }
    let made = Block(samples: samples, values: values)
    block.withLock { $0 = made }
    return made.part(index, width) ?? []
  }
}
