import CMKTFormat

/// What the axes of arrays mean.
extension ArrayDump {
  /// How rows of entries fill an array up; rows of arrays that share it are the same frames.
  struct Padding: Equatable {
    let length: Int
    /// By entry; nil where the source gives none.
    let lengths: [Int]?
  }

  /// A failure that tells the shape of `array`.
  func refused(_ array: ArrayDescription, expected: String) -> ImportFailure {
    container.failure(
      array.name, expected: expected, found: "shape \(DialogueSource.text(array.shape))",
      remedy: "choose one array with FILE::/NAME, or see Formats/import/arrays.md")
  }

  /// The padding of the arrays whose rows are the frames: of labels, else that of all; nil where
  /// arrays have rows of their own.
  mutating func frames(_ axis: Axis) throws(ImportFailure) -> Padding? {
    guard case .entries(let count) = axis else { return nil }
    var all: [Padding] = []
    // Sub-words become fewer rows, but are frames.
    var ofWords: [Int] = []
    let lengths = paddedLengths
    for array in roles.data where array.shape.count > 1 && array.shape[1] != 1 {
      let isTarget = roles.isTarget(array)
      var isPadded = array.shape.count == 3
      if isTarget, !isPadded { isPadded = try labelsRows(array, lengths) }
      guard isPadded else { continue }
      if !isTarget, roles.name(.words, of: array.name) != nil {
        ofWords.append(array.shape[1])
        continue
      }
      let padding = Padding(
        length: array.shape[1],
        lengths: try self.lengths(of: array.name, count: count, length: array.shape[1]))
      if isTarget { return padding }
      all.append(padding)
    }
    guard let first = all.first, all.allSatisfy({ $0 == first }),
      ofWords.allSatisfy({ $0 == first.length })
    else { return nil }
    return first
  }

  /// The numbers of rows that modalities are padded to.
  private var paddedLengths: Set<Int> {
    Set(roles.data.filter { $0.shape.count == 3 && !roles.isTarget($0) }.map { $0.shape[1] })
  }

  /// What the axes of `array` mean.
  mutating func layout(
    of array: ArrayDescription, _ axis: Axis, _ frames: Padding?
  ) throws(ImportFailure) -> (TrackAxis, width: Int, NumberTrack.Layout) {
    let (name, shape) = (array.name, array.shape)
    var width = shape.count == 1 ? 1 : shape[shape.count - 1]
    guard (1...Self.mostFeatures).contains(width) else {
      throw container.failure(
        name, expected: "1 to \(Self.mostFeatures) features", found: "\(width)")
    }
    let words = roles.isTarget(array) ? nil : roles.name(.words, of: name)
    switch axis {
    case .rows(let count):
      guard shape.count <= 2, shape[0] == count else {
        throw refused(array, expected: "\(count) rows, or \(count) x features")
      }
      if let words { return (.frames, width, try collapsed([0..<count], words, count, name)) }
      let intervals = try intervals([0..<count], extents: [count], isOnly: true)
      return (
        intervals != nil ? .time : roles.data.count > 1 ? .frames : .own, width,
        NumberTrack.Layout(ranges: [0..<count], intervals: intervals)
      )
    case .packed(let offsets):
      let total = offsets.last ?? 0
      guard shape.count <= 2 else { throw refused(array, expected: "rows x features") }
      if shape[0] == offsets.count - 1, shape[0] != total {
        return (.entry, width, .singles(shape[0]))
      }
      guard shape[0] == total else {
        throw refused(array, expected: "\(total) rows, as the offsets or lengths say")
      }
      let ranges = zip(offsets, offsets.dropFirst()).map { $0..<$1 }
      if let words { return (.frames, width, try collapsed(ranges, words, total, name)) }
      let intervals = try intervals(ranges, extents: [total])
      return (
        roles.data.count > 1 || intervals != nil ? .frames : .own, width,
        NumberTrack.Layout(ranges: ranges, intervals: intervals)
      )
    case .entries(let count):
      var areRows = shape.count == 3
      if !areRows, roles.isTarget(array) { areRows = try labelsRows(array, paddedLengths) }
      guard areRows, shape[1] != 1 else { return (.entry, width, .singles(count)) }
      if shape.count == 2 { width = 1 }
      let lengths = try lengths(of: name, count: count, length: shape[1])
      if let words {
        let ranges = (0..<count).map { entry in
          entry * shape[1]..<entry * shape[1] + (lengths?[entry] ?? shape[1])
        }
        return (.frames, width, try collapsed(ranges, words, count * shape[1], name))
      }
      var layout = try padded(array, width, lengths)
      layout.intervals = try intervals(layout.ranges, extents: [count, shape[1]])
      let isShared = frames == Padding(length: shape[1], lengths: lengths)
      return (isShared || layout.intervals != nil ? .frames : .own, width, layout)
    }
  }

  /// Rows of entries that are filled up: by lengths, or by rows of zeros.
  private mutating func padded(
    _ array: ArrayDescription, _ width: Int, _ lengths: [Int]?
  ) throws(ImportFailure) -> NumberTrack.Layout {
    let (name, count, length) = (array.name, array.shape[0], array.shape[1])
    let whole = (0..<count).map { $0 * length..<($0 + 1) * length }
    let isTarget = roles.isTarget(array)
    if let lengths {
      let unit = isTarget ? "labels" : "rows"
      ledger.add("read", modality: name, unit, .incoming, count: count * length)
      ledger.add("read", modality: name, unit, .kept, count: lengths.reduce(0, +))
      for (entry, kept) in lengths.enumerated() {
        ledger.add(
          "read", modality: name, unit, .dropped, "padding at the end", count: length - kept,
          example: places[entry])
      }
      return NumberTrack.Layout(
        ranges: zip(whole, lengths).map { $0.lowerBound..<$0.lowerBound + $1 })
    }
    guard !isTarget else { return NumberTrack.Layout(ranges: whole) }
    let numbers = try numbers(array)
    var runs = ZeroRows()
    for range in whole {
      runs.append(try numbers.floats(in: range.scaled(by: width)), columnCount: width)
    }
    let filled = runs.filled
    for entry in 0..<count {
      ledger.add(
        "read", modality: name, "rows", .noted, "zeros at an end stay: not padding by the rule",
        count: runs.staying(entry, filled?[entry]), example: places[entry])
    }
    return NumberTrack.Layout(ranges: whole, filled: filled)
  }

  /// Rows of sub-words, at `ranges` of all `rowCount`, that become one row per word.
  private mutating func collapsed(
    _ ranges: [Range<Int>], _ wordName: String, _ rowCount: Int, _ name: String
  ) throws(ImportFailure) -> NumberTrack.Layout {
    guard extent(of: wordName) == rowCount else {
      throw container.failure(
        wordName, expected: "\(rowCount) numbers, one per row of '\(name)'",
        found: "\(extent(of: wordName) ?? 0)")
    }
    used.insert(wordName)
    let words = try container.integers(wordName)
    var groups: [[Range<Int>]] = []
    ledger.add("read", modality: name, "sub-words", .incoming, count: rowCount)
    for (entry, range) in ranges.enumerated() {
      var own: [Range<Int>] = []
      var last = -1
      var merged = 0
      for row in range where words[row] >= 0 {
        if words[row] == last, own.last?.upperBound == row {
          own[own.count - 1] = own[own.count - 1].lowerBound..<row + 1
          merged += 1
        } else {
          guard words[row] > last else {
            throw container.failure(
              wordName, expected: "words that never fall within an entry",
              found: "\(words[row]) after \(last) at row \(row) ('\(places[entry])')",
              remedy: "number the words of each entry from 0; special tokens and padding are -1")
          }
          own.append(row..<row + 1)
          last = words[row]
        }
      }
      ledger.add("read", modality: name, "sub-words", .kept, count: own.count)
      ledger.add(
        "read", modality: name, "sub-words", .merged, "averaged into their word", count: merged,
        example: places[entry])
      ledger.add(
        "read", modality: name, "sub-words", .dropped, "special tokens and padding",
        count: range.count - own.count - merged, example: places[entry])
      let end = entry + 1 < ranges.count ? ranges[entry + 1].lowerBound : rowCount
      ledger.add(
        "read", modality: name, "sub-words", .dropped, "beyond the lengths",
        count: end - range.upperBound, example: places[entry])
      groups.append(own)
    }
    return NumberTrack.Layout(ranges: ranges, groups: groups)
  }
}
