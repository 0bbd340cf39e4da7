import CMKTFormat
import Codecs
package import Tensors

/// One model of a sweep.
package struct SweepCell: Sendable {
  /// Where it stands among the cells of the sweep, from 0.
  package let number: Int
  /// What it is called in the folder: digits that follow from all that makes the model what it is.
  package let address: String
  /// The first point of the plan that needs it.
  package let point: Int
  package let cell: ComparisonCell
}

/// The cells of a plan on certain data, each once.
///
/// Points that differ in settings which a method does not read share its cells.
package struct SweepExpansion: Sendable {
  package let plan: SweepPlan
  package let points: [SweepPoint]
  /// By point.
  package let comparisons: [ComparisonPlan]
  /// In the order of work: the cheap `unimodal` last, so that nothing dear is left at the end, and
  /// like cells side by side, so that shares of every n-th weigh about the same.
  package let cells: [SweepCell]
  /// By point, where the cells of its comparison stand in `cells`.
  package let numbers: [[Int]]
  package let kernels: KernelLevel

  /// More would be a mistake.
  package static let mostCells = 100_000

  /// The cells of `plan`.
  ///
  /// - Parameters:
  ///   - contents: the `content` digest of each features file.
  ///   - kernels: what trains; results depend on it in their last digits.
  /// - Throws: `badPlan`.
  package init(
    _ plan: SweepPlan, contents: [String], kernels: KernelLevel
  ) throws(EngineFailure) {
    precondition(contents.count == plan.features.count, "a digest for each features file")
    self.plan = plan
    self.kernels = kernels
    points = plan.points
    var comparisons: [ComparisonPlan] = []
    for (index, point) in points.enumerated() {
      let place = plan.search?.place(of: index) ?? ""
      comparisons.append(try plan.comparison(at: point, place: place))
      guard comparisons.count * (comparisons.first?.cells.count ?? 1) <= Self.mostCells else {
        throw .badPlan(
          place: "", reason: "it has more than \(Self.mostCells) models; split it into several")
      }
    }
    self.comparisons = comparisons
    (cells, numbers) = try Self.distinct(comparisons, contents: contents, kernels: kernels)
  }

  /// The cells of all comparisons in the order of work, and for each comparison their numbers.
  private static func distinct(
    _ comparisons: [ComparisonPlan], contents: [String], kernels: KernelLevel
  ) throws(EngineFailure) -> ([SweepCell], [[Int]]) {
    var found: [String: (point: Int, cell: ComparisonCell, rank: Int)] = [:]
    var addresses: [[String]] = []
    for (point, comparison) in comparisons.enumerated() {
      var book = SweepAddresses(comparison, contents: contents, kernels: kernels)
      var row: [String] = []
      for cell in comparison.cells {
        let address = try book.address(of: cell)
        row.append(address)
        guard found[address] == nil else { continue }
        // `unimodal` is first in a comparison, and the cheapest.
        let rank = comparison.methods.firstIndex(of: cell.method) ?? 0
        found[address] = (point, cell, rank == 0 ? Int.max : rank)
      }
      addresses.append(row)
    }
    var order: [String] = []
    var seen: Set<String> = []
    for address in addresses.joined() where seen.insert(address).inserted { order.append(address) }
    let ranks = order.map { found[$0]?.rank ?? 0 }
    let sorted = order.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map { order[$0] }
    var numbers: [String: Int] = [:]
    var cells: [SweepCell] = []
    for address in sorted {
      guard let entry = found[address] else { continue }
      numbers[address] = cells.count
      cells.append(
        SweepCell(number: cells.count, address: address, point: entry.point, cell: entry.cell))
    }
    return (cells, addresses.map { $0.compactMap { numbers[$0] } })
  }

  /// What trains `cell`.
  ///
  /// - Parameter delaySeconds: by target, where a search has found them.
  /// - Throws: as `ComparisonPlan.request`.
  package func request(
    of cell: SweepCell, delaySeconds: [String: Double] = [:]
  ) throws(EngineFailure) -> TrainingRequest {
    try comparisons[cell.point].request(of: cell.cell, delaySeconds: delaySeconds)
  }

  /// The cell that stands for `cell` where a delay is searched.
  package func delayCell(of cell: SweepCell) -> SweepCell? {
    let comparison = comparisons[cell.point]
    guard
      let other = comparison.delayCell(dataSet: cell.cell.run.dataSet, fold: cell.cell.fold),
      let index = comparison.cells.firstIndex(of: other)
    else { return nil }
    return cells[numbers[cell.point][index]]
  }

  /// What people call `cell`.
  package func title(of cell: SweepCell) -> String {
    let name = String(comparisons[cell.point].fileName(of: cell.cell).dropLast(3))
    let settings = points[cell.point].filter { $0.key != .encoderKind }.text
    return settings.isEmpty ? name : "\(name) \(settings)"
  }
}

/// The addresses of the cells of one comparison.
private struct SweepAddresses {
  private let comparison: ComparisonPlan
  private let contents: [String]
  private let kernels: KernelLevel
  private var recipes: [ComparisonCandidate: String] = [:]
  private var searched: [ComparisonCell: String] = [:]

  /// Of 128 bits.
  private static let digitCount = 32

  init(_ comparison: ComparisonPlan, contents: [String], kernels: KernelLevel) {
    self.comparison = comparison
    self.contents = contents
    self.kernels = kernels
  }

  /// The first digits of the SHA-256 over all that makes the model what it is.
  ///
  /// - Throws: as `ComparisonPlan.request`.
  mutating func address(of cell: ComparisonCell) throws(EngineFailure) -> String {
    let candidate = ComparisonCandidate(name: cell.method.rawValue, encoder: cell.encoder)
    let request = try comparison.request(of: cell)
    let recipe = recipes[candidate] ?? request.recipe.json(for: cell.method)
    recipes[candidate] = recipe
    let kind = comparison.evaluation.rawValue
    let fold = cell.fold.map { "\($0) of \(comparison.foldCount) \(kind)" }
    var fields = [
      ("sweep cell", "1"), ("version", toolVersion), ("features", contents[cell.run.dataSet]),
      ("weak", request.weak), ("strong", "\(request.strong.count)"),
    ]
    fields += request.strong.map { ("strong", $0) }
    fields.append(("targets", "\(request.targets.count)"))
    fields += request.targets.map { ("target", $0) }
    fields += [
      ("method", cell.method.rawValue), ("seed", "\(cell.run.seed)"), ("fold", fold ?? "none"),
      ("kernels", kernels.rawValue), ("recipe", recipe),
    ]
    if request.awaitsDelaySearch,
      let other = comparison.delayCell(dataSet: cell.run.dataSet, fold: cell.fold), other != cell
    {
      // The delays come from another cell, and with them part of what this one is.
      if searched[other] == nil { searched[other] = try address(of: other) }
      fields.append(("delays", searched[other] ?? ""))
    }
    // With its length a value cannot pass for two.
    let text = fields.map { "\($0) \($1.utf8.count)\n\($1)\n" }.joined()
    return String(SHA256.hexDigest(of: Array(text.utf8)).prefix(Self.digitCount))
  }
}
