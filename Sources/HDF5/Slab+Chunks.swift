extension Slab {
  /// Copies what this box and a chunk of its dataset share, run by run of the last axis.
  ///
  /// - Parameters:
  ///   - chunk: the values of the chunk that begins at `chunkOffset`, row-major.
  ///   - box: the values of this box, row-major.
  func take(
    _ chunk: [UInt8], at chunkOffset: [Int], _ chunkShape: [Int], elementByteCount: Int,
    into box: inout [UInt8]
  ) {
    let axes = chunkOffset.indices
    let low = axes.map { max(chunkOffset[$0], offset[$0]) }
    let high = axes.map { min(chunkOffset[$0] + chunkShape[$0], offset[$0] + count[$0]) }
    let extents = zip(low, high).map { $1 - $0 }
    guard let last = extents.last, !extents.contains(where: { $0 <= 0 }) else { return }
    let runByteCount = last * elementByteCount
    for run in 0..<extents.dropLast().reduce(1, *) {
      var rest = run
      var (source, target) = (0, 0)
      var (sourceStep, targetStep) = (1, 1)
      for axis in axes.reversed() {
        let step = axis == axes.last ? 0 : rest % extents[axis]
        if axis != axes.last { rest /= extents[axis] }
        source += (low[axis] - chunkOffset[axis] + step) * sourceStep
        target += (low[axis] - offset[axis] + step) * targetStep
        sourceStep *= chunkShape[axis]
        targetStep *= count[axis]
      }
      let (from, to) = (source * elementByteCount, target * elementByteCount)
      box.replaceSubrange(to..<(to + runByteCount), with: chunk[from..<(from + runByteCount)])
    }
  }

  /// The box that a dataset of `shape` is as a whole.
  init(whole shape: [Int]) {
    self.init(offset: shape.map { _ in 0 }, count: shape)
  }
}
