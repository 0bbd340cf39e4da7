import Synchronization

/// Where to start decoding in a payload that is spelled in another way than raw.
struct PicklePayloadIndex: Sendable {
  /// At the start of each window: offset in the file, and bytes decoded before it.
  var starts: [(offset: Int, decodedCount: Int)]
  /// Bytes that the whole payload stands for.
  var decodedCount: Int
}

extension PickleDocument {
  private static let windowByteCount = 1 << 16

  /// Bytes `range` of what `payload` stands for.
  ///
  /// - Throws: `CodecFailure.malformed` where the payload is spelled wrong or is shorter.
  func decoded(_ payload: PicklePayload, _ range: Range<Int>) throws(CodecFailure) -> [UInt8] {
    if payload.encoding == .raw {
      guard range.upperBound <= payload.count else { throw tooShort(payload, range, payload.count) }
      return try source.bytes(
        (payload.offset + range.lowerBound)..<(payload.offset + range.upperBound))
    }
    let index = try index(of: payload)
    guard range.upperBound <= index.decodedCount else {
      throw tooShort(payload, range, index.decodedCount)
    }
    var low = 0
    var high = index.starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if index.starts[middle].decodedCount <= range.lowerBound {
        low = middle
      } else {
        high = middle
      }
    }
    guard range.count > 0, low < index.starts.count else { return [] }
    var (offset, place) = index.starts[low]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    while place < range.upperBound {
      let (window, next) = try window(payload, at: offset)
      let first = max(range.lowerBound - place, 0)
      let last = min(range.upperBound - place, window.count)
      if first < last { bytes.append(contentsOf: window[first..<last]) }
      place += window.count
      offset = next
    }
    return bytes
  }

  /// All bytes that `payload` stands for, at most `limit`.
  ///
  /// - Throws: `CodecFailure`.
  func decoded(_ payload: PicklePayload, limit: Int) throws(CodecFailure) -> [UInt8] {
    guard payload.decodedBounds.lowerBound <= limit else {
      throw .tooLarge(
        CodecFinding(
          "pickle", at: payload.offset, expected: "at most \(limit) bytes of text",
          found: "\(payload.count)"))
    }
    guard payload.encoding != .raw else { return try decoded(payload, 0..<payload.count) }
    var bytes: [UInt8] = []
    var offset = payload.offset
    while offset < payload.range.upperBound {
      let (window, next) = try window(payload, at: offset)
      bytes.append(contentsOf: window)
      offset = next
    }
    return bytes
  }

  /// How many bytes `payload` stands for.
  ///
  /// - Throws: `CodecFailure.malformed` where it is spelled wrong.
  func decodedCount(_ payload: PicklePayload) throws(CodecFailure) -> Int {
    payload.encoding == .raw ? payload.count : try index(of: payload).decodedCount
  }

  /// What the window at `offset` stands for, and where the next one begins.
  private func window(
    _ payload: PicklePayload, at offset: Int
  ) throws(CodecFailure) -> (bytes: [UInt8], next: Int) {
    let end = min(offset + Self.windowByteCount, payload.range.upperBound)
    let decoder = PicklePayloadDecoder(
      encoding: payload.encoding, windowOffset: offset, window: try source.bytes(offset..<end),
      isLast: end == payload.range.upperBound)
    let (bytes, used) = try decoder.decode()
    return (bytes, offset + used)
  }

  private func index(of payload: PicklePayload) throws(CodecFailure) -> PicklePayloadIndex {
    if let known = payloadIndices.withLock({ $0[payload.offset] }) { return known }
    var index = PicklePayloadIndex(starts: [], decodedCount: 0)
    var offset = payload.offset
    while offset < payload.range.upperBound {
      index.starts.append((offset, index.decodedCount))
      let (window, next) = try window(payload, at: offset)
      index.decodedCount += window.count
      offset = next
    }
    // Of a short payload the index is its only window, which is quickly made again.
    if index.starts.count > 1 {
      let made = index
      payloadIndices.withLock { $0[payload.offset] = made }
    }
    return index
  }

  private func tooShort(
    _ payload: PicklePayload, _ range: Range<Int>, _ count: Int
  ) -> CodecFailure {
    .malformed(
      CodecFinding(
        "pickle", at: payload.offset, expected: "at least \(range.upperBound) bytes of an array",
        found: "\(count)", remedy: "copy or download the file again"))
  }
}
