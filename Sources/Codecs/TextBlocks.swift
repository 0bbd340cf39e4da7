/// A window of text that slides over a file or over bytes in memory.
struct TextBlocks {
  /// How much is read at once: little at first, since a reader may want few rows.
  private static let blockByteCounts = (first: 16 << 10, most: 1 << 20)
  /// A row or header line longer than this is taken for a quote that was never closed.
  static let longestRow = 64 << 20

  /// The bytes in the window.
  private(set) var bytes: [UInt8]
  /// The offset in the text of the window's first byte.
  private(set) var origin = 0
  /// Where reading stands in `bytes`.
  var position = 0
  /// Whether nothing follows the window.
  private(set) var isLast: Bool
  private let file: FileBytes?
  /// The offset of the first byte after the window.
  private var following = 0
  private var blockByteCount = blockByteCounts.first
  /// The name in messages.
  let name: String

  /// The text from byte `offset` on.
  ///
  /// - Throws: `CodecFailure.unreadable`.
  init(_ source: TextTable.Source, offset: Int = 0) throws(CodecFailure) {
    switch source {
    case .bytes(let all, let name):
      file = nil
      bytes = all
      position = min(offset, all.count)
      isLast = true
      self.name = name
    case .file(let path):
      let opened = try FileBytes(path)
      file = opened
      bytes = []
      isLast = false
      name = opened.name
      following = min(offset, opened.byteCount)
      origin = following
    }
  }

  /// Moves past a byte order mark, which is where the text begins if anywhere.
  ///
  /// - Throws: `CodecFailure.unsupported` for what is no text in bytes.
  mutating func skipMark() throws(CodecFailure) {
    while bytes.count < 3, !isLast { try slide() }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    let isWide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
    guard !isWide, !bytes.prefix(4096).contains(0) else {
      throw .unsupported(
        CodecFinding(
          "text", at: 0, expected: "UTF-8 or another text of single bytes",
          found: isWide ? "UTF-16" : "NUL bytes",
          remedy: isWide ? "convert it with `iconv -f UTF-16 -t UTF-8`" : "it may be no text"))
    }
  }

  /// The next line without its end, and moves past it; nil where no line is left.
  ///
  /// - Throws: `CodecFailure.unreadable`, `tooLarge`.
  mutating func nextLine() throws(CodecFailure) -> ArraySlice<UInt8>? {
    while true {
      if let end = bytes[position...].firstIndex(where: { $0 == 10 || $0 == 13 }) {
        let isCut = bytes[end] == 13 && end + 1 == bytes.count && !isLast
        if !isCut {
          defer {
            let isPair = bytes[end] == 13 && end + 1 < bytes.count && bytes[end + 1] == 10
            position = end + (isPair ? 2 : 1)
          }
          return bytes[position..<end]
        }
      } else if isLast {
        guard position < bytes.count else { return nil }
        defer { position = bytes.count }
        return bytes[position...]
      }
      try slide()
    }
  }

  /// Drops what lies before the position and adds what follows the window.
  ///
  /// - Throws: `CodecFailure.unreadable`, `tooLarge` past the longest row.
  mutating func slide() throws(CodecFailure) {
    guard let file, !isLast else { return }
    guard bytes.count - position <= Self.longestRow else {
      throw .tooLarge(
        CodecFinding(
          "text", expected: "lines of at most \(Self.longestRow) bytes", found: "a longer one",
          remedy: "look for a quote that is not closed"))
    }
    // Half of the rest at least, so that a long row is not copied over and over.
    let wanted = max(blockByteCount, (bytes.count - position) / 2)
    let block = try file.bytes(following..<min(following + wanted, file.byteCount))
    following += block.count
    blockByteCount = min(2 * blockByteCount, Self.blockByteCounts.most)
    origin += position
    bytes.removeSubrange(..<position)
    position = 0
    bytes.append(contentsOf: block)
    isLast = following == file.byteCount
  }
}
