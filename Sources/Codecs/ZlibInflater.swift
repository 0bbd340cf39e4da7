/// Inflates a zlib stream in a range of a file, block after block.
final class ZlibInflater {
  private static let blockByteCount = 256 << 10

  private let file: FileBytes
  private let range: Range<Int>
  private var position: Int
  private let stream: InflateStream?
  private let codec: String

  /// Begins with the stream in `range` of `file`; `codec` names the container in messages.
  init(_ file: FileBytes, _ range: Range<Int>, codec: String) {
    self.file = file
    self.range = range
    self.codec = codec
    position = range.lowerBound
    stream = InflateStream(.zlib, blockByteCount: Self.blockByteCount)
  }

  /// The next inflated bytes; empty just at the end of the stream.
  ///
  /// - Throws: `CodecFailure.truncated`, `malformed`, `unreadable`.
  func next() throws(CodecFailure) -> [UInt8] {
    guard let stream else { throw damaged(at: range.lowerBound) }
    while !stream.isDone {
      if stream.needsInput {
        let end = min(position + Self.blockByteCount, range.upperBound)
        guard end > position else {
          throw .truncated(
            CodecFinding(
              codec, at: range.upperBound, expected: "more of a zlib stream",
              found: "the end of its element", remedy: "copy or download the file again"))
        }
        stream.add(try file.bytes(position..<end))
        position = end
      }
      guard let block = stream.next() else {
        throw damaged(at: position - stream.untakenByteCount)
      }
      if !block.isEmpty { return block }
    }
    return []
  }

  private func damaged(at offset: Int) -> CodecFailure {
    .malformed(
      CodecFinding(
        codec, at: offset, expected: "a sound zlib stream", found: "a damaged one",
        remedy: "copy or download the file again"))
  }
}
