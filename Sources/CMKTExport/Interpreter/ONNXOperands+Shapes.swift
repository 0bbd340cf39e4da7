extension ONNXOperands {
  /// The most elements that a `Range` may have.
  private static let rangeLimit = 1 << 31

  /// `Shape` from axis `start` up to `end`.
  func extents() throws(ExportFailure) -> ONNXValue {
    let shape = try self[0].shape
    let start = try integer("start", default: 0)
    let end = try integer("end", default: Int64(shape.count))
    guard 0 <= start, start <= end, end <= shape.count else {
      throw failure("axes within \(shape.count)", "\(start) ..< \(end)")
    }
    let extents = shape[start..<end].map { Double($0) }
    return ONNXValue(shape: [extents.count], elements: extents)
  }

  /// `Range` of whole numbers.
  func range() throws(ExportFailure) -> ONNXValue {
    let bounds = try (0..<3).map { (index) throws(ExportFailure) in try integers(index) }
    guard bounds.allSatisfy({ $0.count == 1 }), bounds[2][0] > 0,
      bounds[1][0] - bounds[0][0] < Self.rangeLimit
    else { throw failure("a short ascending range", "\(bounds)") }
    let numbers = stride(from: bounds[0][0], to: bounds[1][0], by: bounds[2][0]).map { Double($0) }
    return ONNXValue(shape: [numbers.count], elements: numbers)
  }

  func squeezed() throws(ExportFailure) -> ONNXValue {
    let value = try self[0]
    let axes = try integers(1)
    guard axes.allSatisfy({ value.shape.indices.contains($0) && value.shape[$0] == 1 }) else {
      throw failure("axes of extent 1", "axes \(axes) of \(value.shape)")
    }
    let shape = value.shape.indices.filter { !axes.contains($0) }.map { value.shape[$0] }
    return ONNXValue(shape: shape, elements: value.elements)
  }

  func unsqueezed() throws(ExportFailure) -> ONNXValue {
    let value = try self[0]
    let axes = try integers(1)
    let rank = value.shape.count + axes.count
    guard Set(axes).count == axes.count, axes.allSatisfy((0..<rank).contains) else {
      throw failure("new axes within \(rank)", "axes \(axes)")
    }
    var rest = value.shape[...]
    let shape = (0..<rank).map { axes.contains($0) ? 1 : rest.popFirst() ?? 1 }
    return ONNXValue(shape: shape, elements: value.elements)
  }

  /// `Reshape`, where 0 keeps an extent and one -1 follows from the others.
  func reshaped() throws(ExportFailure) -> ONNXValue {
    let value = try self[0]
    let wanted = try integers(1)
    var shape: [Int] = []
    for (axis, extent) in wanted.enumerated() {
      shape.append(extent == 0 && axis < value.shape.count ? value.shape[axis] : extent)
    }
    let known = shape.filter { $0 != -1 }.reduce(1, *)
    if let free = shape.firstIndex(of: -1), known > 0 {
      shape[free] = value.elements.count / known
    }
    guard shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == value.elements.count else {
      throw failure("a shape of \(value.elements.count) elements", "\(wanted)")
    }
    return ONNXValue(shape: shape, elements: value.elements)
  }

  func transposed() throws(ExportFailure) -> ONNXValue {
    let value = try self[0]
    guard case .integers(let raw) = node.attribute("perm"),
      raw.sorted().elementsEqual((0..<value.shape.count).map { Int64($0) })
    else { throw failure("a permutation of \(value.shape.count) axes", "another perm") }
    let order = raw.map { Int($0) }
    var strides = [Int](repeating: 1, count: order.count)
    for axis in strides.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * value.shape[axis + 1]
    }
    var offsets = [0]
    for axis in order {
      offsets = offsets.flatMap { start in
        (0..<value.shape[axis]).map { start + $0 * strides[axis] }
      }
    }
    return ONNXValue(
      shape: order.map { value.shape[$0] }, elements: offsets.map { value.elements[$0] })
  }
}
