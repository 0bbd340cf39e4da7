package import Codecs

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
/// Only a part of less than `ScratchFile.blockByteCount` bytes stays in memory. Safe from several
/// threads; those that append take turns.
package final class ScratchArray<Element: ScratchElement>: Sendable {
  /// The memory of the elements, in the byte order of the machine.
  let memory: ScratchBytes

  private static var size: Int { MemoryLayout<Element>.size }

  /// An empty array.
  package init(in file: ScratchFile = .shared) {
    memory = ScratchBytes(in: file)
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

  /// The number of elements.
  package var count: Int { memory.count / Self.size }

  /// Appends `elements`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append(_ elements: [Element]) throws(ScratchFailure) {
    try memory.append(memoryOf: elements[...])
  }

  /// Appends `elements`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append(_ elements: ArraySlice<Element>) throws(ScratchFailure) {
    try memory.append(memoryOf: elements)
  }

  /// Appends `count` times `element`.
  ///
  /// - Throws: `ScratchFailure`.
  package func append(repeating element: Element, count: Int) throws(ScratchFailure) {
    var left = count
    while left > 0 {
      let part = min(left, 1 << 16)
      try append(Array(repeating: element, count: part))
      left -= part
    }
  }

  /// The elements `range`.
  ///
  /// - Precondition: the array has them.
  /// - Throws: `ScratchFailure`.
  package func elements(in range: Range<Int>) throws(ScratchFailure) -> [Element] {
    try memory.elements(
      Element.self, in: range.lowerBound * Self.size..<range.upperBound * Self.size)
  }

  /// All elements; only for arrays that are known to be small.
  ///
  /// - Throws: `ScratchFailure`.
  package func elements() throws(ScratchFailure) -> [Element] {
    try elements(in: 0..<count)
  }
}
