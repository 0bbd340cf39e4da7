import Codecs

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
  /// The extent of the time axis that all samples share; nil where each has its own, so that none
  /// of their rows is padding.
  let paddedLength: Int?

  fileprivate init(_ array: PickleArray, _ source: PickledSource, _ place: String) {
    self.source = source
    self.place = place
    storage = .padded(array)
    blocks = array.isRowMajor ? nil : PickledBlocks(array, source)
    count = array.shape[0]
    columnCount = array.shape[array.shape.count - 1]
    isFlat = array.shape.count == 2
    paddedLength = isFlat ? 1 : array.shape[1]
    isFloatingPoint = array.elementType?.isFloatingPoint ?? false
  }

  /// Samples that have an array `[T, D]` each.
  ///
  /// - Precondition: all have `columnCount` columns, or no rows.
  init(_ arrays: [PickleArray], columnCount: Int, _ source: PickledSource, _ place: String) {
    self.source = source
    self.place = place
    storage = .ragged(arrays)
    blocks = nil
    count = arrays.count
    self.columnCount = columnCount
    isFlat = false
    let length = arrays.first?.shape[0]
    paddedLength = arrays.allSatisfy { $0.shape[0] == length } ? length : nil
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

/// What stands where the features of a split may be.
enum PickledFinding: Sendable {
  case samples(PickledSamples)
  /// The place of a split without samples.
  case empty
  /// Arrays of rows, among which one element is something else.
  case odd(ImportFailure)
  /// Nothing that could be features; what it is instead.
  case other(String)

  /// What `value` is: an array of numbers with two or three axes, a list of arrays with two, or
  /// something else.
  init(_ value: PickleValue, _ source: PickledSource, _ place: String) {
    if let array = source.numbers(value) {
      if array.shape.first == 0 {
        self = .empty
      } else if (2...3).contains(array.shape.count), array.count > 0 {
        self = .samples(PickledSamples(array, source, place))
      } else {
        self = .other(source.document.noun(value))
      }
      return
    }
    let elements = source.document.elements(value)
    guard let elements, let first = elements.first else {
      self = elements == nil ? .other(source.document.noun(value)) : .empty
      return
    }
    guard let width = elements.lazy.compactMap({ Self.width($0, source) }).first else {
      let nouns = (source.document.noun(value), source.document.noun(first))
      self = .other("\(nouns.0) with \(nouns.1) at its beginning")
      return
    }
    var arrays: [PickleArray] = []
    for (index, element) in elements.enumerated() {
      // Without rows an array need not tell how wide they would be.
      guard let array = source.numbers(element),
        array.shape.count == 2 && array.shape[1] == width || array.shape.first == 0
      else {
        self = .odd(
          source.failure(
            "\(place)[\(index)]", expected: "rows of \(width) features, or an array without rows",
            found: element))
        return
      }
      arrays.append(array)
    }
    self = .samples(PickledSamples(arrays, columnCount: width, source, place))
  }

  private static func width(_ value: PickleValue, _ source: PickledSource) -> Int? {
    guard let array = source.numbers(value), array.shape.count == 2, array.count > 0 else {
      return nil
    }
    return array.shape[1]
  }

  /// The samples, where it is some.
  var samples: PickledSamples? {
    if case .samples(let samples) = self { samples } else { nil }
  }
}
