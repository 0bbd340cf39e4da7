/// The chunks of a dataset, those that are not in the file included, the last axis running fastest.
struct ChunkGrid {
  /// Chunks along each axis.
  private let extents: [Int]
  private let chunkShape: [Int]
  let count: Int
  /// Those that a row has a part in; nil where there are more than 2⁶³.
  var bandCount: Int? { checkedProduct(Array(extents.dropFirst())) }

  /// Nil where the shapes do not match, a chunk is empty, or there are more than 2⁶³ chunks.
  init?(shape: [Int], chunkShape: [Int]) {
    guard shape.count == chunkShape.count, !chunkShape.contains(where: { $0 <= 0 }) else {
      return nil
    }
    let extents = zip(shape, chunkShape).map { $0 / $1 + ($0 % $1 > 0 ? 1 : 0) }
    guard let count = checkedProduct(extents) else { return nil }
    self.extents = extents
    self.chunkShape = chunkShape
    self.count = count
  }

  /// The first element of chunk `number`.
  func offset(of number: Int) -> [Int] {
    var rest = number
    var offset = [Int](repeating: 0, count: extents.count)
    for axis in extents.indices.reversed() {
      offset[axis] = rest % extents[axis] * chunkShape[axis]
      rest /= extents[axis]
    }
    return offset
  }

  /// The chunks that `slab`, which lies in the shape, has a part in, in order.
  func numbers(in slab: Slab) -> [Int] {
    guard !slab.count.contains(0) else { return [] }
    var numbers = [0]
    for axis in extents.indices {
      let first = slab.offset[axis] / chunkShape[axis]
      let last = (slab.offset[axis] + slab.count[axis] - 1) / chunkShape[axis]
      numbers = numbers.flatMap { number in (first...last).map { number * extents[axis] + $0 } }
    }
    return numbers
  }
}
