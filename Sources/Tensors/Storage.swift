private import Foundation

/// A block of elements at a fixed, 64-byte aligned address, for the kernels.
@safe package final class Storage<Scalar: TensorScalar> {
  package let count: Int
  let pointer: UnsafeMutablePointer<Scalar>
  private let block: UnsafeMutableRawPointer

  /// Blocks from this size on ask for huge pages, which spare address translations.
  private static var hugeBytes: Int { 1 << 21 }

  /// Zeros.
  package init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Scalar>.stride
    let isHuge = bytes >= Self.hugeBytes
    unsafe block = UnsafeMutableRawPointer.allocate(
      byteCount: bytes, alignment: isHuge ? Self.hugeBytes : 64)
    #if os(Linux)
      // Advice only: without huge pages all is the same but slower.
      if isHuge { unsafe madvise(block, bytes, Int32(MADV_HUGEPAGE)) }
    #endif
    unsafe memset(block, 0, bytes)
    unsafe pointer = block.bindMemory(to: Scalar.self, capacity: max(count, 1))
  }

  deinit { unsafe block.deallocate() }

  /// A copy of the first `count` elements.
  func elements(_ count: Int) -> [Scalar] {
    precondition(count <= self.count, "the storage is shorter")
    return unsafe Array(unsafeUninitializedCapacity: count) { buffer, initialised in
      if let base = buffer.baseAddress {
        unsafe memcpy(base, pointer, count * MemoryLayout<Scalar>.stride)
      }
      initialised = count
    }
  }

  /// Overwrites the elements from `start` on.
  func assign(_ elements: ArraySlice<Scalar>, at start: Int) {
    precondition(start + elements.count <= count, "the storage is shorter")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe memcpy(pointer + start, base, source.count * MemoryLayout<Scalar>.stride)
    }
  }

  /// Overwrites the first elements.
  func assign(_ elements: [Scalar]) { assign(elements[...], at: 0) }

  /// Sets the first `count` elements to 0.
  func clear(_ count: Int) {
    precondition(count <= self.count, "the storage is shorter")
    unsafe memset(pointer, 0, count * MemoryLayout<Scalar>.stride)
  }
}
