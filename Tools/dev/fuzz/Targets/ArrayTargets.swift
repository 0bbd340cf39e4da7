@testable import Codecs

extension FuzzTarget {
  /// A NumPy array, whole and in parts, which must agree.
  static let npy = FuzzTarget("npy") { input in
    guard let array = try? NPYArray(npy: input.bytes()) else { return false }
    checkParts(of: try? NPYFile(path: input.path()), against: array)
    let written = array.npy()
    expect((try? NPYArray(npy: written))?.npy() == written, "an array reads back as written")
    _ = (array.integers, array.floats)
    // Planted: fractions in the other byte order.
    return array.type.isFloatingPoint && array.elements.count > 1
      && (try? NPYHeader(input.bytes()))?.isBigEndian == true
  }

  private static func checkParts(of file: NPYFile?, against array: NPYArray) {
    expect(file?.count == array.elements.count, "a file has the elements of its bytes")
    var count = 0
    try? file?.forEachBlock { block in
      count += block.count
      return true
    }
    expect(count == array.elements.count, "blocks have all elements")
    if let file, file.count > 1 { _ = try? file.elements(in: 1..<file.count) }
  }

  /// An archive of arrays, from memory and from a file.
  static let npz = FuzzTarget("npz") { input in
    guard let archive = try? NPZArchive(input.bytes(), limits: .small) else { return false }
    let file = try? NPZArchive(path: input.path(), limits: .small)
    expect(file?.names == archive.names, "a file has the names of its bytes")
    var isLarge = false
    for name in archive.names.prefix(16) {
      guard let array = try? archive.array(name) else { continue }
      isLarge = isLarge || array.doubles?.contains { $0 > 1000 } == true
      // A stored member is read whole; of a deflated one only the head is looked at here.
      let part = try? file?.file(name)
      expect(part?.shape == array.shape, "a part has the shape of the whole")
      try? part?.forEachBlock { _ in true }
    }
    // Planted: a number above a thousand.
    return isLarge
  }

  /// An archive, its directory and the blocks of its members.
  static let zip = FuzzTarget("zip") { input in
    guard let archive = try? ZIPArchive(input.bytes(), limits: .small) else { return false }
    var hasHighBytes = false
    for member in archive.members.prefix(16) {
      let whole = try? archive.contents(of: member)
      var blocks: [UInt8] = []
      let isRead: ()? = try? archive.forEachBlock(of: member) { block in
        blocks += block
        return true
      }
      expect((whole == nil) == (isRead == nil), "both ways of reading accept the same")
      if let whole {
        expect(whole == blocks, "both ways of reading give the same")
        hasHighBytes = hasHighBytes || whole.contains { $0 > 0x7f }
      }
    }
    // Planted: content that is no ASCII.
    return hasHighBytes
  }

  /// A raw deflate stream, at once and piece by piece.
  static let deflate = FuzzTarget("deflate") { input in
    let bytes = input.bytes()
    let (pieces, isWhole) = inPieces(bytes)
    let whole = try? Deflate.inflate(bytes, 0..<bytes.count, byteCount: pieces.count)
    expect((whole != nil) == isWhole, "a stream is whole at once where it is in pieces")
    if let whole { expect(whole == pieces, "pieces give the whole") }
    let made = inPieces(Deflate.deflate(bytes, level: 6))
    expect(made.isWhole && made.pieces == bytes, "pieces give what was deflated")
    // Planted: a short text that is no ASCII.
    return whole.map { $0.count == 29 && $0.contains { $0 > 0x7f } } ?? false
  }

  /// What `bytes` become a few at a time, and whether that is all of it; at most 64 KiB and a block.
  private static func inPieces(_ bytes: [UInt8]) -> (pieces: [UInt8], isWhole: Bool) {
    var pieces: [UInt8] = []
    guard let stream = InflateStream(.none, blockByteCount: 64) else { return ([], false) }
    var next = 0
    while !stream.isDone {
      if stream.needsInput {
        guard next < bytes.count else { break }
        let end = min(next + 7, bytes.count)
        stream.add(Array(bytes[next..<end]))
        next = end
      }
      guard pieces.count <= 1 << 16, let block = stream.next() else { break }
      pieces += block
    }
    return (pieces, stream.isDone && stream.untakenByteCount == 0 && next == bytes.count)
  }

  /// What the filters of an HDF5 chunk made, undone in every order.
  static let chunk = FuzzTarget("chunk") { input in
    var bytes = input.bytes(from: 3)
    let limit = Int(input[1]) * 64
    var steps = 0
    for shift in stride(from: 0, to: 6, by: 2) {
      let filter: ChunkFilter? =
        switch input[0] >> UInt8(shift) & 3 {
        case 1: .shuffle(elementByteCount: Int(input[2]))
        case 2: .deflate(level: 6)
        case 3: .fletcher32
        default: nil
        }
      guard let filter else { continue }
      let filtered = bytes
      guard (try? filter.undo(on: &bytes, limit: limit)) != nil else { return false }
      if filter != .deflate(level: 6) {
        expect(filter.apply(to: bytes) == filtered, "a filter gives back what it undid")
      }
      if !bytes.isEmpty { steps += 1 }
    }
    // Planted: a shuffle within a stream.
    return steps == 2 && input[0] & 15 == 0b01_10 && bytes.count >= 8
  }

  /// A MATLAB 5 file, each variable in both ways.
  static let matlab = FuzzTarget("matlab") { input in
    guard let file = try? MATLABFile(input.path()) else { return false }
    var hasOthers = false
    for variable in file.variables.prefix(16) {
      let array = try? file.read(variable, limit: 1 << 20)
      let floats = try? file.rowMajorFloats(variable, limit: 1 << 20)
      _ = array?.allTexts
      guard case .numbers(let values) = array?.content else { continue }
      if let floats {
        expect(floats.count == values.count, "both ways of reading give as many numbers")
      }
      hasOthers = hasOthers || !values.isEmpty && variable.className != "double"
    }
    // Planted: numbers that are not of double precision.
    return hasOthers
  }

  /// A safetensors file, from memory and from a file, and written again.
  static let safetensors = FuzzTarget("safetensors") { input in
    let whole = try? Safetensors(bytes: input.bytes())
    let file = try? SafetensorsFile(path: input.path())
    expect((whole == nil) == (file == nil), "a file is read where its bytes are")
    guard let whole, let file else { return false }
    expect(file.tensors.map(\.name) == whole.tensors.map(\.name), "a file has the same tensors")
    for tensor in file.tensors {
      _ = try? file.integers(of: tensor)
      if tensor.count > 1 { _ = try? file.floats(of: tensor, in: 1..<tensor.count) }
    }
    for tensor in whole.tensors { _ = tensor.floats }
    if let written = try? whole.encoded() {
      let again = try? Safetensors(bytes: written)
      expect(again?.metadata == whole.metadata, "metadata read back as written")
      expect(again?.tensors.count == whole.tensors.count, "tensors read back as written")
    }
    // Planted: metadata under a key that no seed has, beside numbers.
    return whole.metadata.keys.contains { $0 != "k" }
      && whole.tensors.contains { !$0.bytes.isEmpty }
  }
}

extension ZIPArchive.Limits {
  /// Enough for what an input can hold, and little enough to be quick.
  fileprivate static var small: ZIPArchive.Limits {
    var limits = ZIPArchive.Limits()
    limits.memberByteCount = 1 << 20
    limits.totalByteCount = 1 << 21
    return limits
  }
}
