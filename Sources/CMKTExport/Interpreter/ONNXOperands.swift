import Foundation

/// An operation with its inputs at hand.
struct ONNXOperands {
  let node: ONNXNode
  let values: [ONNXValue]

  /// Input `index`.
  subscript(_ index: Int) -> ONNXValue {
    get throws(ExportFailure) {
      guard values.indices.contains(index) else {
        throw failure("input \(index)", "\(values.count) inputs")
      }
      return values[index]
    }
  }

  func failure(_ expected: String, _ found: String) -> ExportFailure {
    .artefact(
      location: "ONNX graph, \(node.operation) \(node.name)", expected: expected, found: found)
  }

  /// The attribute `name` as an integer.
  func integer(_ name: String, default standard: Int64) throws(ExportFailure) -> Int {
    switch node.attribute(name) {
    case nil: return Int(standard)
    case .integer(let value): return Int(value)
    default: throw failure("an integer \(name)", "another type")
    }
  }

  /// Input `index` as whole numbers.
  func integers(_ index: Int) throws(ExportFailure) -> [Int] {
    guard let integers = try self[index].integers else {
      throw failure("whole numbers", "others")
    }
    return integers
  }

  /// Axes of input 0, where negative ones count from the end.
  private func axis(_ axis: Int, rank: Int) throws(ExportFailure) -> Int {
    let resolved = axis < 0 ? axis + rank : axis
    guard (0..<rank).contains(resolved) else {
      throw failure("an axis of \(rank)", "axis \(axis)")
    }
    return resolved
  }

  func combined(_ function: (Double, Double) -> Double) throws(ExportFailure) -> ONNXValue {
    let (first, second) = (try self[0], try self[1])
    guard let shape = ONNXValue.broadcastShape([first.shape, second.shape]) else {
      throw failure("shapes that broadcast", "\(first.shape) and \(second.shape)")
    }
    let elements = zip(first.offsets(in: shape), second.offsets(in: shape)).map {
      function(first.elements[$0], second.elements[$1])
    }
    return ONNXValue(shape: shape, elements: elements)
  }

  /// `Where`: input 1 where input 0 is true, else input 2.
  func chosen() throws(ExportFailure) -> ONNXValue {
    let (condition, yes, no) = (try self[0], try self[1], try self[2])
    guard let shape = ONNXValue.broadcastShape([condition.shape, yes.shape, no.shape]) else {
      throw failure("shapes that broadcast", "\(condition.shape), \(yes.shape), \(no.shape)")
    }
    let branches = zip(yes.offsets(in: shape), no.offsets(in: shape))
    let elements = zip(condition.offsets(in: shape), branches).map { test, branch in
      condition.elements[test] != 0 ? yes.elements[branch.0] : no.elements[branch.1]
    }
    return ONNXValue(shape: shape, elements: elements)
  }

  /// Between integers and floats, which are both held as `Double` here.
  func cast() throws(ExportFailure) -> ONNXValue {
    guard ONNXElementType(rawValue: Int64(try integer("to", default: 0))) != nil else {
      throw failure("a known type to cast to", "another")
    }
    return try self[0]
  }

  /// `[…, K] · [K, N]`.
  func matrixProduct() throws(ExportFailure) -> ONNXValue {
    let (left, right) = (try self[0], try self[1])
    guard right.shape.count == 2, let inner = left.shape.last, inner == right.shape[0] else {
      throw failure("a product […, K]·[K, N]", "\(left.shape)·\(right.shape)")
    }
    let width = right.shape[1]
    let rows = left.shape.dropLast().reduce(1, *)
    var elements = [Double](repeating: 0, count: rows * width)
    for row in 0..<rows {
      for index in 0..<inner {
        let factor = left.elements[row * inner + index]
        for column in 0..<width {
          elements[row * width + column] += factor * right.elements[index * width + column]
        }
      }
    }
    return ONNXValue(shape: left.shape.dropLast() + [width], elements: elements)
  }

  /// Over the last axis, the only one in use.
  func softmax() throws(ExportFailure) -> ONNXValue {
    var result = try self[0]
    let rank = result.shape.count
    guard rank > 0, try axis(integer("axis", default: -1), rank: rank) == rank - 1 else {
      throw failure("softmax over the last axis", "another axis")
    }
    let width = max(result.shape[rank - 1], 1)
    for start in Swift.stride(from: 0, to: result.elements.count, by: width) {
      let row = result.elements[start..<(start + width)]
      let largest = row.max() ?? 0
      let powers = row.map { exp($0 - largest) }
      let total = powers.reduce(0, +)
      for (column, power) in powers.enumerated() { result.elements[start + column] = power / total }
    }
    return result
  }

  /// `ReduceSum` over one axis that goes away.
  func sum() throws(ExportFailure) -> ONNXValue {
    let value = try self[0]
    let axes = try integers(1)
    guard axes.count == 1, try integer("keepdims", default: 1) == 0 else {
      throw failure("one axis that goes away", "axes \(axes)")
    }
    let reduced = try axis(axes[0], rank: value.shape.count)
    let outer = value.shape[..<reduced].reduce(1, *)
    let extent = value.shape[reduced]
    let inner = value.shape[(reduced + 1)...].reduce(1, *)
    var elements = [Double](repeating: 0, count: outer * inner)
    for block in 0..<outer {
      for step in 0..<extent {
        for place in 0..<inner {
          elements[block * inner + place] +=
            value.elements[(block * extent + step) * inner + place]
        }
      }
    }
    var shape = value.shape
    shape.remove(at: reduced)
    return ONNXValue(shape: shape, elements: elements)
  }

  /// `Gather` along an axis by a list of positions.
  func gathered() throws(ExportFailure) -> ONNXValue {
    let value = try self[0]
    let picks = try integers(1)
    let along = try axis(integer("axis", default: 0), rank: value.shape.count)
    let extent = value.shape[along]
    guard try self[1].shape.count == 1, picks.allSatisfy((0..<extent).contains) else {
      throw failure("a list of positions below \(extent)", "others")
    }
    let outer = value.shape[..<along].reduce(1, *)
    let inner = value.shape[(along + 1)...].reduce(1, *)
    var elements: [Double] = []
    for block in 0..<outer {
      for pick in picks {
        let start = (block * extent + pick) * inner
        elements += value.elements[start..<(start + inner)]
      }
    }
    var shape = value.shape
    shape[along] = picks.count
    return ONNXValue(shape: shape, elements: elements)
  }
}
