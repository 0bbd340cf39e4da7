import Codecs
import Synchronization

/// The rows of one modality for the samples of one split, not read yet.
struct PickledSamples: Sendable {
  private enum Storage: Sendable {
    /// `[N, T, D]`, or `[N, D]` where each sample is one row.
    case padded(PickleArray)
    /// One `[T, D]` per sample.
    case ragged([PickleArray])
  }

  private let source: PickledSource
  private let storage: Storage
  private let blocks: PickledBlocks?
  /// Where it stands, for messages.
  let place: String
  let count: Int
  let columnCount: Int
  /// Whether each sample is one row without a time axis.
  let isFlat: Bool
  let isFloatingPoint: Bool

  /// What `value` holds, if it is an array of numbers with two or three axes, or a list of arrays
  /// with two.
  init?(_ value: PickleValue, _ source: PickledSource, _ place: String) {
    if let array = source.numbers(value) {
      guard (2...3).contains(array.shape.count), array.shape.dropFirst().allSatisfy({ $0 > 0 })
      else { return nil }
      self.init(array, source, place)
      return
    }
    guard let elements = source.document.elements(value), let first = elements.first,
      let width = source.numbers(first)?.shape.last, width > 0
    else { return nil }
    var arrays: [PickleArray] = []
    for element in elements {
      guard let array = source.numbers(element), array.shape.count == 2, array.shape[1] == width
      else { return nil }
      arrays.append(array)
    }
    self.init(arrays, columnCount: width, source, place)
  }

  private init(_ array: PickleArray, _ source: PickledSource, _ place: String) {
    self.source = source
    self.place = place
    storage = .padded(array)
    blocks = array.isRowMajor ? nil : PickledBlocks(array, source)
    count = array.shape[0]
    columnCount = array.shape[array.shape.count - 1]
    isFlat = array.shape.count == 2
    isFloatingPoint = array.elementType?.isFloatingPoint ?? false
  }

  /// Samples that have an array `[T, D]` each.
  ///
  /// - Precondition: all have `columnCount` columns.
  init(_ arrays: [PickleArray], columnCount: Int, _ source: PickledSource, _ place: String) {
    self.source = source
    self.place = place
    storage = .ragged(arrays)
    blocks = nil
    count = arrays.count
    self.columnCount = columnCount
    isFlat = false
    isFloatingPoint = arrays.allSatisfy { $0.elementType?.isFloatingPoint ?? false }
  }

  /// The rows that sample `index` has in the file, padding included.
  func rowCount(_ index: Int) -> Int {
    switch storage {
    case .padded(let array): isFlat ? 1 : array.shape[1]
    case .ragged(let arrays): arrays[index].shape[0]
    }
  }

  /// Bytes that all values take, each as often as it is referred to.
  var byteCount: Int {
    switch storage {
    case .padded(let array): array.byteCount
    case .ragged(let arrays): arrays.reduce(0) { $0 + $1.byteCount }
    }
  }

  /// The extent of the time axis that all samples share; nil where each has its own.
  var paddedLength: Int? {
    guard case .padded(let array) = storage else { return nil }
    return isFlat ? 1 : array.shape[1]
  }

  /// All rows of sample `index`, padding included, row-major.
  ///
  /// - Throws: `ImportFailure.container`.
  func values(_ index: Int) throws(ImportFailure) -> [Float] {
    if let blocks { return try blocks.sample(index) }
    return try source.reading { document throws(CodecFailure) in
      switch storage {
      case .padded(let array):
        try document.read(array, rows: index..<(index + 1)).floats ?? []
      case .ragged(let arrays): try document.read(arrays[index]).floats ?? []
      }
    }
  }
}

/// Samples of an array whose elements lie in another order than row-major: many are read at once,
/// since each alone is scattered over the whole file.
private final class PickledBlocks: Sendable {
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
