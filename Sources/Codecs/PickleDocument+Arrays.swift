extension PickleDocument {
  /// Rows `rows` of `array`, row-major.
  ///
  /// The extents are `rows.count` and those of `array` after the first. An array without axes is one
  /// row without extents.
  ///
  /// - Precondition: the rows are there, and `elementType` is not nil.
  /// - Throws: `CodecFailure.malformed` for wrong spelling or text; `.tooLarge` for arrays of
  ///   protocols 0 to 2 beyond 256 MB whose axes are in another order; `.unreadable`.
  /// - Complexity: O(elements read) where the file holds them row-major; else a file access for
  ///   each run of neighbours, so that many rows at once are much cheaper than one by one.
  package func read(
    _ array: PickleArray, rows: Range<Int>? = nil
  ) throws(CodecFailure) -> NPYArray {
    guard let type = array.elementType, case .payload(let payload) = array.content else {
      preconditionFailure("\(array.elementTypeName) is not read")
    }
    let rows = rows ?? 0..<(array.shape.first ?? 1)
    let shape = array.shape.isEmpty ? [] : [rows.count] + array.shape.dropFirst()
    let count = shape.contains(0) ? 0 : shape.reduce(1, *)
    var bytes: [UInt8] = []
    if count > 0 {
      let size = type.byteCount
      let expected = array.count * size
      let found = try decodedCount(payload)
      guard found == expected else {
        throw .malformed(
          CodecFinding(
            "pickle", at: payload.offset, expected: "\(expected) bytes of an array",
            found: "\(found)", remedy: "copy or download the file again"))
      }
      if array.isRowMajor {
        let first = rows.lowerBound * array.rowElementCount * size
        bytes = try decoded(payload, first..<(first + count * size))
      } else {
        bytes = try gathered(array, payload, rows, size)
      }
    }
    let plain = PlainElements(
      bytes: bytes, offset: 0, count: count, isBigEndian: array.type.isBigEndian)
    return NPYArray(shape: shape, type: type, elements: try NPYElements(plain, type))
  }

  private static let longestUnordered = 256 << 20

  /// The bytes of `rows`, put into row-major order: read in runs along the axis whose neighbours
  /// are neighbours in the file.
  private func gathered(
    _ array: PickleArray, _ payload: PicklePayload, _ rows: Range<Int>, _ size: Int
  ) throws(CodecFailure) -> [UInt8] {
    var extents = array.shape
    extents[0] = rows.count
    let targets = PickleArray.strides(extents, axisOrder: Array(extents.indices))
    // Axes of extent 1 have strides of no meaning.
    let runAxis = extents.indices.first { array.strides[$0] == 1 && array.shape[$0] > 1 } ?? 0
    let whole = try wholePayload(payload)
    let runCount = extents[runAxis]
    var result = [UInt8](repeating: 0, count: extents.reduce(size, *))
    var index = [Int](repeating: 0, count: extents.count)
    while true {
      var start = rows.lowerBound * array.strides[0]
      var target = 0
      for axis in index.indices {
        start += index[axis] * array.strides[axis]
        target += index[axis] * targets[axis]
      }
      let range = (start * size)..<((start + (runCount - 1) * array.strides[runAxis] + 1) * size)
      let run: ArraySlice<UInt8>
      if let whole { run = whole[range] } else { run = try decoded(payload, range)[...] }
      let step = targets[runAxis] * size
      let sourceStep = array.strides[runAxis] * size
      for element in 0..<runCount {
        for byte in 0..<size {
          result[target * size + element * step + byte] =
            run[run.startIndex + element * sourceStep + byte]
        }
      }
      guard Self.advance(&index, extents, except: runAxis) else { return result }
    }
  }

  /// All bytes of a payload that is short, or spelled in another way than raw; nil for long raw
  /// ones, which are read at any place.
  private func wholePayload(_ payload: PicklePayload) throws(CodecFailure) -> [UInt8]? {
    guard payload.encoding != .raw || payload.count <= unorderedByteCount else { return nil }
    return try decoded(payload, limit: Self.longestUnordered)
  }

  /// Moves `index` to the next place, its element `axis` staying 0; false after the last.
  private static func advance(_ index: inout [Int], _ extents: [Int], except axis: Int) -> Bool {
    for place in index.indices.reversed() where place != axis {
      index[place] += 1
      if index[place] < extents[place] { return true }
      index[place] = 0
    }
    return false
  }
}
