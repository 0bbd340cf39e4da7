import CMKTFormat

/// The forces on every row of an embedding, by vectors of eight neighbours.
struct PlaneForces: Sendable {
  private typealias Eight = SIMD8<Float>

  private let count: Int
  /// Vectors that hold one row of n probabilities; the last is filled with zeros.
  private let width: Int
  private let probabilities: [SIMD8<Float>]
  private let threads: Int
  /// Rows that one thread does at a time.
  private static let blockSize = 100

  init(_ affinities: NeighbourAffinities, threads: Int) {
    let count = affinities.count
    let width = (count + 7) / 8
    var packed = Array(repeating: Eight.zero, count: count * width)
    for i in 0..<count {
      for j in 0..<count {
        packed[i * width + j / 8][j % 8] = Float(affinities.probabilities[i * count + j])
      }
    }
    self.count = count
    self.width = width
    probabilities = packed
    self.threads = threads
  }

  /// The gradient of the divergence, with attraction times `exaggeration`.
  func gradient(
    at layout: PlaneLayout, exaggeration: Double
  ) -> (x: [Double], y: [Double]) {
    // Fillers lie so far away that their closeness is 0.
    let (x, y) = (Self.packed(layout.x, width), Self.packed(layout.y, width))
    let blockCount = (count + Self.blockSize - 1) / Self.blockSize
    let parts = parallelMap(blockCount, threads: threads) { block -> [RowForce] in
      let range = (block * Self.blockSize)..<min(count, (block + 1) * Self.blockSize)
      return range.map { force(on: $0, x, y) }
    }
    let forces = parts.flatMap { $0 }
    // Each row counts itself once, with a closeness of 1.
    let total = forces.reduce(0.0) { $0 + $1.closeness } - Double(count)
    let repulsion = total > 0 ? 1 / total : 0
    return (
      forces.map { 4 * (exaggeration * $0.attraction.x - repulsion * $0.repulsion.x) },
      forces.map { 4 * (exaggeration * $0.attraction.y - repulsion * $0.repulsion.y) }
    )
  }

  /// Σ p w (y_i − y_j), Σ w² (y_i − y_j) and Σ w over all j, with w = 1 / (1 + |y_i − y_j|²).
  private struct RowForce: Sendable {
    var attraction: (x: Double, y: Double)
    var repulsion: (x: Double, y: Double)
    var closeness: Double
  }

  private func force(on row: Int, _ x: [Eight], _ y: [Eight]) -> RowForce {
    let ownX = Eight(repeating: x[row / 8][row % 8])
    let ownY = Eight(repeating: y[row / 8][row % 8])
    var (attractionX, attractionY) = (Eight.zero, Eight.zero)
    var (repulsionX, repulsionY, closeness) = (Eight.zero, Eight.zero, Eight.zero)
    for place in 0..<width {
      let dx = ownX - x[place]
      let dy = ownY - y[place]
      let near = 1 / (1 + dx * dx + dy * dy)
      let pull = probabilities[row * width + place] * near
      let push = near * near
      closeness += near
      attractionX += pull * dx
      attractionY += pull * dy
      repulsionX += push * dx
      repulsionY += push * dy
    }
    return RowForce(
      attraction: (Double(attractionX.sum()), Double(attractionY.sum())),
      repulsion: (Double(repulsionX.sum()), Double(repulsionY.sum())),
      closeness: Double(closeness.sum()))
  }

  /// Vectors of eight; fillers are far from every row.
  private static func packed(_ values: [Double], _ width: Int) -> [Eight] {
    var result = Array(repeating: Eight(repeating: 1e18), count: width)
    for index in values.indices { result[index / 8][index % 8] = Float(values[index]) }
    return result
  }
}
