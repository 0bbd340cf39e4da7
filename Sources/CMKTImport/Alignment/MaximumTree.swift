/// The maxima of all stretches of an array whose lengths are powers of two, to find the next
/// element above a bound in O(log n).
struct MaximumTree: Sendable {
  private let leafCount: Int
  /// Node 1 is the root, node *i* has the children 2 *i* and 2 *i* + 1; leaves come last.
  private let nodes: [Double]

  init(_ elements: [Double]) {
    var leaves = 1
    while leaves < elements.count { leaves *= 2 }
    var nodes = [Double](repeating: -.infinity, count: 2 * leaves)
    nodes.replaceSubrange(leaves..<leaves + elements.count, with: elements)
    for node in stride(from: leaves - 1, to: 0, by: -1) {
      nodes[node] = max(nodes[2 * node], nodes[2 * node + 1])
    }
    leafCount = leaves
    self.nodes = nodes
  }

  /// The first index from `first` on whose element is above `bound`; nil where there is none.
  func next(from first: Int, above bound: Double) -> Int? {
    guard first < leafCount else { return nil }
    var node = leafCount + first
    // Up, until the stretch to the right holds one; each step doubles the stretch.
    while !(nodes[node] > bound) {
      while !node.isMultiple(of: 2) { node /= 2 }
      // The last node of a level has nothing to its right.
      guard node > 0 else { return nil }
      node += 1
    }
    while node < leafCount {
      node *= 2
      if !(nodes[node] > bound) { node += 1 }
    }
    return node - leafCount
  }
}
