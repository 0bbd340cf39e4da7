extension ZIPArchive {
  /// The bytes that `body` gets at once, at most.
  package static let blockByteCount = 1 << 20

  /// Hands the content of `member` to `body` block by block, and checks its size and CRC-32.
  ///
  /// What was handed over before a failure is not to be used.
  ///
  /// - Parameter body: returns whether to go on.
  /// - Throws: `CodecFailure.malformed` where the data does not match the directory.
  /// - Complexity: bounded memory.
  package func forEachBlock(
    of member: Member, _ body: ([UInt8]) -> Bool
  ) throws(CodecFailure) {
    let range = try dataRange(of: member)
    var checksum: UInt32 = 0
    var byteCount = 0
    var isStopped = false
    func hand(_ block: [UInt8]) -> Bool {
      checksum = Deflate.crc32(block, after: checksum)
      byteCount += block.count
      isStopped = byteCount > member.byteCount || !body(block)
      return !isStopped
    }
    let isSound =
      member.method == 0
      ? try forEachStored(range, hand) : try forEachInflated(range, hand)
    if isStopped, byteCount <= member.byteCount { return }
    guard isSound, byteCount == member.byteCount, checksum == member.crc32 else {
      throw .malformed(
        CodecFinding(
          "ZIP", at: range.lowerBound,
          expected:
            "'\(member.name)' of \(member.byteCount) bytes with CRC-32 \(Self.hex(member.crc32))",
          found: isSound ? "\(byteCount) bytes with \(Self.hex(checksum))" : "damaged data",
          remedy: "copy or download the file again"))
    }
  }

  private func forEachStored(
    _ range: Range<Int>, _ hand: ([UInt8]) -> Bool
  ) throws(CodecFailure) -> Bool {
    for begin in stride(from: range.lowerBound, to: range.upperBound, by: Self.blockByteCount) {
      let end = min(range.upperBound, begin + Self.blockByteCount)
      guard hand(try store.bytes(begin..<end)) else { break }
    }
    return true
  }

  /// Whether the stream fills `range` exactly.
  private func forEachInflated(
    _ range: Range<Int>, _ hand: ([UInt8]) -> Bool
  ) throws(CodecFailure) -> Bool {
    guard let stream = InflateStream(.none, blockByteCount: Self.blockByteCount) else {
      return false
    }
    var position = range.lowerBound
    while !stream.isDone {
      if stream.needsInput {
        let end = min(range.upperBound, position + Self.blockByteCount / 4)
        guard end > position else { return false }
        stream.add(try store.bytes(position..<end))
        position = end
      }
      guard let block = stream.next() else { return false }
      if !block.isEmpty, !hand(block) { return true }
    }
    return stream.untakenByteCount == 0 && position == range.upperBound
  }
}
