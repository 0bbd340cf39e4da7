@testable import Codecs

extension FuzzTarget {
  /// A pickle and every value that its root leads to.
  static let pickle = FuzzTarget("pickle") { input in
    var limits = PickleLimits()
    limits.memoryByteCount = 1 << 20
    limits.stepCount = 100_000
    limits.unorderedByteCount = 64
    let bytes = input.bytes()
    _ = FileSignature(prefix: Array(bytes.prefix(FileSignature.prefixLength)))
    guard let document = try? PickleDocument(bytes: bytes, limits: limits) else { return false }
    var walk = PickleWalk(document)
    walk.run()
    // Planted: an array in the other byte order, or of long whole numbers.
    return walk.hasForeignArray
  }
}

/// Looks at all that a pickle holds.
private struct PickleWalk {
  let document: PickleDocument
  private(set) var hasForeignArray = false
  private var pending: [PickleValue]
  private var seen: Set<PickleValue> = []

  init(_ document: PickleDocument) {
    self.document = document
    pending = [document.root]
  }

  mutating func run() {
    while let value = pending.popLast(), seen.count < 256 {
      guard seen.insert(value).inserted else { continue }
      look(at: value)
    }
  }

  private mutating func look(at value: PickleValue) {
    _ = document.noun(value)
    _ = try? document.text(value, limit: 4096)
    _ = try? document.number(value)
    _ = try? document.member(value, "text")
    pending += ((try? document.members(value)) ?? []).prefix(64).map(\.value)
    pending += (document.elements(value) ?? []).prefix(64)
    if case .array(let array) = document.content(value) { read(array) }
  }

  private mutating func read(_ array: PickleArray) {
    _ = (array.rowElementCount, array.rowByteCount)
    guard array.elementType != nil, array.byteCount <= 1 << 16,
      let whole = try? document.read(array)
    else { return }
    let isForeign =
      array.type.isBigEndian || [.int32, .int64, .uint32, .uint64].contains(whole.type)
    if isForeign, whole.elements.count > 1 { hasForeignArray = true }
    guard let rowCount = array.shape.first, rowCount > 1, rowCount < 64 else { return }
    let first = try? document.read(array, rows: 0..<1)
    let rest = try? document.read(array, rows: 1..<rowCount)
    expect(first != nil && rest != nil, "rows of a sound array can be read")
    expect(
      (first?.elements.count ?? 0) + (rest?.elements.count ?? 0) == whole.elements.count,
      "rows make up the array")
  }
}
