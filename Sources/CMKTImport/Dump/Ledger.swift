package import CMKTFormat

/// Collects what was kept, dropped and changed on the way in.
///
/// For each stage, modality and unit that came `in`, the sum of `kept`, `dropped` and `merged`
/// is what came in. `masked`, `imputed` and `noted` are remarks on what was counted already.
package struct Ledger: Sendable {
  /// What happened to what a row counts.
  package enum Action: String, Sendable {
    /// Came into the stage.
    case incoming = "in"
    case kept, dropped
    /// Became a part of something else that was kept.
    case merged
    /// Stays, but may not be used.
    case masked
    /// Has another value now, and may not be used.
    case imputed
    /// Stays as it is, and is worth knowing.
    case noted
  }

  private struct Key: Hashable {
    var stage: String
    var modality: String
    var unit: String
    var action: String
    var reason: String
  }

  /// How many places a row names.
  static let exampleCount = 3

  private var order: [Key] = []
  private var counts: [Key: Int] = [:]
  private var examples: [Key: [String]] = [:]

  package init() {}

  /// Adds `count` to a row; `example` is a place, made only where it is needed.
  package mutating func add(
    _ stage: String, modality: String = "", _ unit: String, _ action: Action,
    _ reason: String = "", count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
    // That nothing was dropped needs no row; that nothing was kept does.
    guard count > 0 || action == .kept || action == .incoming else { return }
    let key = Key(
      stage: stage, modality: modality, unit: unit, action: action.rawValue, reason: reason)
    if counts[key] == nil { order.append(key) }
    counts[key, default: 0] += count
    if count > 0, examples[key, default: []].count < Self.exampleCount, let example = example() {
      examples[key, default: []].append(example)
    }
  }

  /// Adds all that `other` has counted.
  package mutating func add(_ other: Ledger) {
    for key in other.order {
      if counts[key] == nil { order.append(key) }
      counts[key, default: 0] += other.counts[key] ?? 0
      let room = Self.exampleCount - (examples[key]?.count ?? 0)
      examples[key, default: []] += (other.examples[key] ?? []).prefix(max(0, room))
    }
  }

  /// Gives the rows of the modality `name` another name.
  package mutating func rename(_ name: String, to other: String) {
    guard name != other else { return }
    var renamed = Ledger()
    for key in order {
      var next = key
      if key.modality == name { next.modality = other }
      if renamed.counts[next] == nil { renamed.order.append(next) }
      renamed.counts[next, default: 0] += counts[key] ?? 0
      renamed.examples[next, default: []] += examples[key] ?? []
    }
    self = renamed
  }

  /// What was dropped, the most first, as a phrase; empty where nothing was.
  package var largestLosses: String {
    rows.filter { $0.action == Action.dropped.rawValue }.sorted { $0.count > $1.count }.prefix(3)
      .map { "\($0.count) \($0.modality) \($0.unit) dropped: \($0.reason)" }.joined(separator: "; ")
  }

  /// The rows in the order in which they first appeared.
  package var rows: [LedgerRow] {
    order.map { key in
      LedgerRow(
        stage: key.stage, modality: key.modality, unit: key.unit, action: key.action,
        reason: key.reason, count: counts[key] ?? 0,
        examples: (examples[key] ?? []).joined(separator: " "))
    }
  }

  /// The first stage, modality and unit where what came in is not what was kept, dropped or
  /// merged; nil where all balances.
  package var imbalance: (place: String, came: Int, left: Int)? {
    for key in order where key.action == Action.incoming.rawValue {
      let came = counts[key] ?? 0
      let left = order.filter { row in
        row.stage == key.stage && row.modality == key.modality && row.unit == key.unit
          && [Action.kept, .dropped, .merged].contains { $0.rawValue == row.action }
      }.reduce(0) { $0 + (counts[$1] ?? 0) }
      guard came == left else {
        let place = [key.stage, key.modality, key.unit].filter { !$0.isEmpty }
        return (place.joined(separator: " "), came, left)
      }
    }
    return nil
  }
}
