import CMKTFormat
import Tensors

/// How much each target counts in the task loss, and each class within a target.
struct TaskWeights: Sendable {
  /// By target; they sum to 1.
  let shares: [Double]
  /// By target, the weight of each class; nil where all count alike.
  let classes: [[Double]?]
  /// By target, the weight of 1 in each column against 0; nil where they count alike.
  let positives: [[Double]?]

  /// The weights that `recipe` asks for, by the labels of the training sequences.
  init(data: TrainingData, recipe: Recipe) {
    let given = recipe.numbers(.targetWeights)
    let weights = data.targets.indices.map { given.count == 1 ? 1 : given[$0] }
    let total = weights.reduce(0, +)
    shares = weights.map { $0 / total }
    let isBalanced = recipe.choice(.classWeights) == "balanced"
    classes = data.targets.map { item in
      guard isBalanced, item.target.kind == .classes else { return nil }
      return Self.classWeights(of: item, training: data.plan.train)
    }
    positives = data.targets.map { item in
      guard isBalanced, item.target.kind == .binary || item.target.kind == .multilabel else {
        return nil
      }
      return Self.positiveWeights(of: item, training: data.plan.train)
    }
  }

  /// `n / (C n_c)` over the `C` classes that occur; 1 for one that does not.
  private static func classWeights(of item: PreparedTarget, training: [Int]) -> [Double] {
    var counts = [Int](repeating: 0, count: item.target.classCount)
    for row in validRows(of: item, training: training) {
      counts[Int(item.target.values.elements[row])] += 1
    }
    let present = Double(counts.count { $0 > 0 })
    let rows = Double(counts.reduce(0, +))
    return counts.map { $0 > 0 ? rows / (present * Double($0)) : 1 }
  }

  /// `n_0 / n_1` of each column; 1 where one of them is 0.
  private static func positiveWeights(of item: PreparedTarget, training: [Int]) -> [Double] {
    let width = item.target.columnCount
    let rows = validRows(of: item, training: training)
    return (0..<width).map { column in
      let ones = rows.count { item.target.values.elements[$0 * width + column] == 1 }
      return ones == 0 || ones == rows.count ? 1 : Double(rows.count - ones) / Double(ones)
    }
  }

  private static func validRows(of item: PreparedTarget, training: [Int]) -> [Int] {
    training.flatMap { item.axis.rows(of: $0) }.filter { item.target.valid[$0] }
  }
}

extension TrainingRequest {
  /// - Throws: `badSetting` where the weights of the targets do not fit their number.
  func checkTargetWeights() throws(EngineFailure) {
    let weights = recipe.numbers(.targetWeights)
    guard weights.count == 1 || weights.count == targets.count, weights.contains(where: { $0 > 0 })
    else {
      throw .badSetting(
        key: SettingKey.targetWeights.rawValue,
        expected: "one weight, or one for each of the \(targets.count) targets, not all 0",
        found: recipe[.targetWeights].text)
    }
  }

  /// The recipe for those of the targets that `kept` names: with their weights, or equal ones where
  /// all of theirs are 0.
  ///
  /// - Throws: `badSetting`, never with weights that were set.
  func recipe(keeping kept: [String]) throws(EngineFailure) -> Recipe {
    let given = recipe.numbers(.targetWeights)
    guard given.count > 1 else { return recipe }
    let weights = zip(targets, given).filter { kept.contains($0.0) }.map(\.1)
    let value = SettingValue.numbers(weights.contains { $0 > 0 } ? weights : [1])
    var result = recipe
    try result.set(SettingKey.targetWeights.rawValue, to: value.text)
    return result
  }
}
