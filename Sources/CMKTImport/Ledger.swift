import CMKTFormat

/// Collects what was kept, dropped and changed on the way in.
///
/// In every stage and unit, what came in is the sum of `kept` without a reason and of `dropped`;
/// `kept` rows with a reason are remarks on rows that the sum has counted already.
struct Ledger {
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

  /// Adds `count` to a row; `example` is a place, made only where it is needed.
  mutating func add(
    _ stage: String, modality: String = "", _ unit: String, _ action: String,
    _ reason: String = "", count: Int = 1, example: @autoclosure () -> String? = nil
  ) {
    // That nothing was dropped needs no row; that nothing was kept does.
    guard count > 0 || action == "kept" else { return }
    let key = Key(stage: stage, modality: modality, unit: unit, action: action, reason: reason)
    if counts[key] == nil { order.append(key) }
    counts[key, default: 0] += count
    if count > 0, examples[key, default: []].count < Self.exampleCount, let example = example() {
      examples[key, default: []].append(example)
    }
  }

  /// The rows in the order in which they first appeared.
  var rows: [LedgerRow] {
    order.map { key in
      LedgerRow(
        stage: key.stage, modality: key.modality, unit: key.unit, action: key.action,
        reason: key.reason, count: counts[key] ?? 0,
        examples: (examples[key] ?? []).joined(separator: " "))
    }
  }
}
