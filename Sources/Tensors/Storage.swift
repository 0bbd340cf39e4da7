/// A block of elements at a fixed, 64-byte aligned address, for the kernels.
@safe package final class Storage<Scalar: TensorScalar> {
  package let count: Int
  let pointer: UnsafeMutablePointer<Scalar>
  private let block: UnsafeMutableRawPointer

  /// Zeros.
  package init(count: Int) {
    self.count = count
    let bytes = max(count, 1) * MemoryLayout<Scalar>.stride
    unsafe block = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    unsafe pointer = block.bindMemory(to: Scalar.self, capacity: max(count, 1))
    unsafe pointer.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { unsafe block.deallocate() }

  /// A copy of the first `count` elements.
  func elements(_ count: Int) -> [Scalar] {
    precondition(count <= self.count, "the storage is shorter")
    return unsafe Array(UnsafeBufferPointer(start: pointer, count: count))
  }

  /// Overwrites the first elements.
  func assign(_ elements: [Scalar]) {
    precondition(elements.count <= count, "the storage is shorter")
    unsafe elements.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      unsafe pointer.update(from: base, count: source.count)
    }
  }

  /// Sets the first `count` elements to 0.
  func clear(_ count: Int) {
    precondition(count <= self.count, "the storage is shorter")
    unsafe pointer.update(repeating: 0, count: count)
  }
}
