package import Codecs
import Synchronization

/// A number of one, two, four or eight bytes that scratch arrays hold.
package protocol ScratchElement: BitwiseCopyable, Sendable {
  static var zero: Self { get }
}

extension UInt8: ScratchElement {}
extension Int32: ScratchElement {}
extension Int64: ScratchElement {}
extension Float: ScratchElement {}
extension Double: ScratchElement {}

/// A growing array that moves to a temporary file as it gets large.
///
/// Only the last block, less than `ScratchFile.blockByteCount` bytes, stays in memory. Safe from
/// several threads; those that append take turns.
package final class ScratchArray<Element: ScratchElement>: Sendable {
  private struct State {
    var blocks: [Int] = []
    /// The elements after the blocks, fewer than a block holds.
    var tail: [Element] = []
  }

  private let file: ScratchFile
  private let state = Mutex(State())

  /// Elements of a block.
  private static var blockCount: Int { ScratchFile.blockByteCount / MemoryLayout<Element>.size }

  /// An empty array.
  package init(in file: ScratchFile = .shared) {
    self.file = file
  }

  /// An array of `elements`.
  ///
  /// - Throws: `ScratchFailure`.
  package convenience init(
    _ elements: [Element], in file: ScratchFile = .shared
  ) throws(ScratchFailure) {
    self.init(in: file)
    try append(elements)
  }

  deinit { file.release(state.withLock { $0.blocks }) }

  /// The number of elements.
  package var count: Int {
    state.withLock { $0.blocks.count * Self.blockCount + $0.tail.count }
  }

  /// Appends `elements`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append(_ elements: [Element]) throws(ScratchFailure) {
    try append(elements[...])
  }

  /// Appends `elements`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append(_ elements: ArraySlice<Element>) throws(ScratchFailure) {
    try state.withLock { (state) throws(ScratchFailure) in
      var rest = elements
      while !rest.isEmpty {
        let part = rest.prefix(Self.blockCount - state.tail.count)
        state.tail.append(contentsOf: part)
        rest = rest.dropFirst(part.count)
        guard state.tail.count == Self.blockCount else { break }
        state.blocks.append(try file.store(state.tail))
        state.tail.removeAll(keepingCapacity: true)
      }
    }
  }

  /// Appends `count` times `element`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append(repeating element: Element, count: Int) throws(ScratchFailure) {
    var left = count
    while left > 0 {
      let part = min(left, Self.blockCount)
      try append(Array(repeating: element, count: part))
      left -= part
    }
  }

  /// The elements `range`.
  ///
  /// - Precondition: the array has them.
  /// - Throws: `ScratchFailure`.
  package func elements(in range: Range<Int>) throws(ScratchFailure) -> [Element] {
    let (blocks, tail) = state.withLock { ($0.blocks, $0.tail) }
    let stored = blocks.count * Self.blockCount
    precondition(range.lowerBound >= 0 && range.upperBound <= stored + tail.count)
    var elements: [Element] = []
    elements.reserveCapacity(range.count)
    var next = range.lowerBound
    while next < min(range.upperBound, stored) {
      let (block, first) = next.quotientAndRemainder(dividingBy: Self.blockCount)
      let last = min(Self.blockCount, first + range.upperBound - next)
      try file.read(first..<last, of: blocks[block], into: &elements, zero: .zero)
      next += last - first
    }
    if next < range.upperBound {
      elements.append(contentsOf: tail[(next - stored)..<(range.upperBound - stored)])
    }
    return elements
  }

  /// All elements; only for arrays that are known to be small.
  ///
  /// - Throws: `ScratchFailure`.
  package func elements() throws(ScratchFailure) -> [Element] {
    try elements(in: 0..<count)
  }
}
