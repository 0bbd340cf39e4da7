import CMKTFormat
import Foundation
package import Tensors

/// Rows in a plane such that neighbours stay neighbours: t-SNE.
///
/// Source: van der Maaten & Hinton 2008, with exact gradients; start from principal components and
/// step length as Kobak & Berens 2019 and Belkina et al. 2019 found best. It shows which rows are
/// neighbours; distances between clusters, their sizes and their densities mean nothing.
///
///     q_ij = (1 + |y_i − y_j|²)⁻¹ / Z,   C = Σ p_ij log(p_ij / q_ij)
///     ∂C/∂y_i = 4 Σ_j (p_ij − q_ij) (1 + |y_i − y_j|²)⁻¹ (y_i − y_j)
///
/// Forces are in single precision, each row's by itself, so equal rows give equal pictures for any
/// number of threads. O(n²) a step.
package struct NeighbourEmbedding: Sendable, Equatable {
  /// `[n, 2]`.
  package let positions: Matrix
  /// C at the end, in nats.
  package let divergence: Double
  /// That was used: less than asked for where there are few rows.
  package let perplexity: Double

  /// Steps in all, and those with attraction exaggerated.
  private static let stepCount = 750
  private static let exaggeratedCount = 250
  private static let exaggeration = 12.0

  /// The rows that an embedding takes at most: its cost grows by their square.
  package static let largestRowCount = 1500

  /// Of `rows` `[n, D]`; nil for fewer than eight, for more than `largestRowCount`, and where
  /// values are not finite.
  ///
  /// - Parameters:
  ///   - perplexity: about how many neighbours count; at most a third of the rows.
  package init?(of rows: Matrix, perplexity: Double = 30, threads: Int) {
    guard rows.rows >= 8, rows.rows <= Self.largestRowCount, perplexity.isFinite,
      let components = PrincipalComponents(of: rows, count: 50, threads: threads)
    else { return nil }
    let used = max(2, min(perplexity, Double(rows.rows - 1) / 3))
    let reduced = components.scores(of: rows, threads: threads)
    let affinities = NeighbourAffinities(of: reduced, perplexity: used, threads: threads)
    var layout = PlaneLayout(start: reduced)
    let forces = PlaneForces(affinities, threads: threads)
    let rate = max(50, Double(rows.rows) / Self.exaggeration / 4)
    for step in 0..<Self.stepCount {
      let isEarly = step < Self.exaggeratedCount
      let gradient = forces.gradient(
        at: layout, exaggeration: isEarly ? Self.exaggeration : 1)
      layout.move(against: gradient, momentum: isEarly ? 0.5 : 0.8, rate: rate)
    }
    positions = Matrix(
      rows: rows.rows, columns: 2, elements: zip(layout.x, layout.y).flatMap { [$0, $1] })
    divergence = layout.divergence(affinities)
    self.perplexity = used
  }
}

/// Positions in the plane on their way.
struct PlaneLayout: Sendable {
  private(set) var x: [Double]
  private(set) var y: [Double]
  private var velocity: (x: [Double], y: [Double])
  private var gains: (x: [Double], y: [Double])

  /// The first two columns of `start`, the first with a deviation of 10⁻⁴.
  init(start: Matrix) {
    let count = start.rows
    let first = start.column(0)
    let square = first.reduce(0) { $0 + $1 * $1 } / Double(max(1, count))
    let scale = square > 0 ? 1e-4 / square.squareRoot() : 0
    x = first.map { $0 * scale }
    // A line would stay a line: a trace of disorder opens it.
    var stream = RandomStream(seed: 1, purpose: "embedding/start")
    let noise = (0..<count).map { _ in 1e-7 * stream.normal() }
    y = start.columns > 1 ? start.column(1).map { $0 * scale } : noise
    for index in y.indices { y[index] += noise[index] }
    let zeros = Array(repeating: 0.0, count: count)
    let ones = Array(repeating: 1.0, count: count)
    velocity = (zeros, zeros)
    gains = (ones, ones)
  }

  /// One step with momentum, longer where the direction persists (Jacobs 1988).
  mutating func move(against gradient: (x: [Double], y: [Double]), momentum: Double, rate: Double) {
    Self.move(&x, &velocity.x, &gains.x, gradient.x, momentum, rate)
    Self.move(&y, &velocity.y, &gains.y, gradient.y, momentum, rate)
  }

  private static func move(
    _ place: inout [Double], _ velocity: inout [Double], _ gains: inout [Double],
    _ gradient: [Double], _ momentum: Double, _ rate: Double
  ) {
    for index in place.indices {
      let persists = (gradient[index] > 0) != (velocity[index] > 0)
      gains[index] = persists ? gains[index] + 0.2 : max(0.01, gains[index] * 0.8)
      velocity[index] = momentum * velocity[index] - rate * gains[index] * gradient[index]
      place[index] += velocity[index]
    }
    let mean = place.mean
    for index in place.indices { place[index] -= mean }
  }

  /// Σ p log(p / q).
  func divergence(_ affinities: NeighbourAffinities) -> Double {
    let count = affinities.count
    func closeness(_ i: Int, _ j: Int) -> Double {
      let (dx, dy) = (x[i] - x[j], y[i] - y[j])
      return 1 / (1 + dx * dx + dy * dy)
    }
    var total = 0.0
    for i in 0..<count { for j in 0..<count where j != i { total += closeness(i, j) } }
    var sum = 0.0
    for i in 0..<count {
      for j in 0..<count where j != i {
        let p = affinities.probabilities[i * count + j]
        if p > 0 { sum += p * log(p * total / max(closeness(i, j), .leastNormalMagnitude)) }
      }
    }
    return sum
  }
}
