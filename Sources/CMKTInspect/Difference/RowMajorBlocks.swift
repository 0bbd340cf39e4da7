import HDF5

/// The boxes of an array, each within a number of bytes, in row-major order without gaps.
struct RowMajorBlocks: Sequence {
  private let shape: [Int]
  /// Boxes are one element thick on the axes before this, and whole on those after it.
  private let axis: Int
  private let thickness: Int

  /// - Precondition: no extent is 0, and there is at least one axis.
  init(of shape: [Int], elementByteCount: Int, blockByteCount: Int) {
    self.shape = shape
    var axis = shape.count - 1
    var innerByteCount = Swift.max(1, elementByteCount)
    while axis > 0 {
      let (next, overflow) = innerByteCount.multipliedReportingOverflow(by: shape[axis])
      guard !overflow, next <= blockByteCount else { break }
      innerByteCount = next
      axis -= 1
    }
    self.axis = axis
    thickness = Swift.max(1, Swift.min(shape[axis], blockByteCount / innerByteCount))
  }

  func makeIterator() -> AnyIterator<Slab> {
    var next: [Int]? = shape.map { _ in 0 }
    return AnyIterator {
      guard let offset = next else { return nil }
      var count = shape.map { _ in 1 }
      count[axis] = Swift.min(thickness, shape[axis] - offset[axis])
      for inner in (axis + 1)..<Swift.max(axis + 1, shape.count) { count[inner] = shape[inner] }
      next = advanced(offset, by: count[axis])
      return Slab(offset: offset, count: count)
    }
  }

  private func advanced(_ offset: [Int], by count: Int) -> [Int]? {
    var offset = offset
    offset[axis] += count
    var carry = axis
    while offset[carry] >= shape[carry] {
      guard carry > 0 else { return nil }
      offset[carry] = 0
      carry -= 1
      offset[carry] += 1
    }
    return offset
  }
}

extension Slab {
  /// The place in the whole array of the element `index` of the box, as `[i, j]`.
  func place(of index: Int) -> String {
    var rest = index
    var indices = offset
    for axis in count.indices.reversed() where count[axis] > 0 {
      indices[axis] += rest % count[axis]
      rest /= count[axis]
    }
    return "[" + indices.map(String.init).joined(separator: ", ") + "]"
  }
}
