import CMKTFormat

/// Arrays that describe others. Extents are compared before anything is read.
extension ArrayDump {
  private func shape(of name: String) -> [Int]? {
    container.arrays.first { $0.name == name }?.shape
  }

  /// The number of elements of the array `name`; nil where it overflows or there is none.
  func extent(of name: String) -> Int? {
    guard let shape = shape(of: name) else { return nil }
    if shape.contains(0) { return 0 }
    var product = 1
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      product = next
    }
    return product
  }

  /// The whole numbers of the array `name` of one axis and at most so many.
  ///
  /// - Throws: `ImportFailure`.
  mutating func integers(_ name: String, most: Int) throws(ImportFailure) -> [Int] {
    let shape = shape(of: name) ?? []
    guard shape.count == 1, shape[0] <= most else {
      throw container.failure(
        name, expected: "at most \(most) numbers along one axis",
        found: "shape \(DialogueSource.text(shape))")
    }
    used.insert(name)
    return try container.integers(name)
  }

  /// How many rows of the array `name` are no padding, by entry; nil where nothing tells.
  ///
  /// - Throws: `ImportFailure`; also where one is beyond `length`.
  mutating func lengths(
    of name: String, count: Int, length: Int
  ) throws(ImportFailure) -> [Int]? {
    guard let lengthName = roles.name(.lengths, of: name) else { return nil }
    guard shape(of: lengthName) == [count] else {
      throw container.failure(
        lengthName, expected: "\(count) lengths from 0 to \(length)",
        found: "shape \(DialogueSource.text(shape(of: lengthName) ?? []))")
    }
    let lengths = try integers(lengthName, most: count)
    if let index = lengths.firstIndex(where: { !(0...length).contains($0) }) {
      throw container.failure(
        lengthName, expected: "\(count) lengths from 0 to \(length), as '\(name)' has rows",
        found: "\(lengths[index]) at [\(index)]",
        remedy: "give the rows before the padding; '\(name)_lengths' is for '\(name)' alone")
    }
    return lengths
  }

  /// Start and end in seconds of the rows at `ranges`, by entry; nil where no array tells.
  ///
  /// - Parameters:
  ///   - extents: those of the rows in the file.
  ///   - isOnly: whether there is one recording, so that other extents are a mistake.
  /// - Throws: `ImportFailure`.
  mutating func intervals(
    _ ranges: [Range<Int>], extents: [Int], isOnly: Bool = false
  ) throws(ImportFailure) -> [[Double]]? {
    let candidates: [(ArrayRoles.Part, [Int])] = [(.intervals, extents + [2]), (.times, extents)]
    for (part, expected) in candidates {
      guard let name = roles.name(part), let found = shape(of: name) else { continue }
      guard found == expected else {
        guard !isOnly else {
          throw container.failure(
            name, expected: "seconds of shape \(DialogueSource.text(expected))",
            found: DialogueSource.text(found),
            remedy: found == expected.reversed() ? "transpose it" : "give one for each row")
        }
        reasons[name] = "its shape is not that of rows"
        continue
      }
      used.insert(name)
      if part == .intervals, let times = roles.name(.times) {
        reasons[times] = "'\(name)' is read in its place"
      }
      let seconds = try container.doubles(name)
      guard part == .times else { return ranges.map { Array(seconds[$0.scaled(by: 2)]) } }
      var all: [[Double]] = []
      for range in ranges { all.append(try spans(seconds, range, name)) }
      return all
    }
    return nil
  }

  /// From each time in `range` to the next.
  private func spans(
    _ times: [Double], _ range: Range<Int>, _ name: String
  ) throws(ImportFailure) -> [Double] {
    var spans: [Double] = []
    spans.reserveCapacity(2 * range.count)
    var step = 0.0
    for index in range {
      guard times[index].isFinite, index == range.lowerBound || times[index] >= times[index - 1]
      else {
        throw container.failure(
          name, expected: "times in seconds that never fall",
          found: "\(times[index]) at [\(index)]"
            + (index > range.lowerBound ? " after \(times[index - 1])" : ""))
      }
      if index > range.lowerBound {
        step = times[index] - times[index - 1]
        spans.append(times[index])
      }
      spans.append(times[index])
    }
    if let last = range.last { spans.append(times[last] + step) }
    return spans
  }
}
