import CMKTFormat
import Tensors

/// Ridge regressions whose penalty is chosen within the folds that fit, by leaving out one of these
/// after another.
///
/// What is fitted without the folds {j, k} serves twice: it judges penalties on j where k is held
/// out, and on k where j is.
struct NestedRidge: Sendable {
  /// The moments of the rows of each fold.
  let parts: [Moments]
  /// Of rows of no fold, which are in every fit.
  var extra: Moments?
  /// Columns of the moments, counted from 1.
  let inputs: [Int]
  /// Outputs that share a penalty; each group chooses its own.
  let groups: [[Int]]
  /// Rising.
  let ridges: [Double]
  let threads: Int

  /// What is fitted where one fold, or none, is held out.
  struct Fit: Sendable {
    /// By group.
    let ridges: [Double]
    /// Of all folds that fit, `[inputs + 1, outputs of all groups]`.
    let map: Matrix
    /// For each fold that fits, the map of the first group without that fold too,
    /// `[inputs + 1, outputs of the first group]`; where asked for.
    var leftOut: [Int: Matrix] = [:]
  }

  /// The fits where each of `held` in turn is held out; nil holds out none.
  ///
  /// - Complexity: a factor of order D for each pair of folds and each penalty.
  func fits(holdingOut held: [Int?], withLeftOut: Bool = false) -> [Fit] {
    let keys = Set(held.flatMap { held in inner(held).map { key($0, held) } })
      .sorted { $0.lexicographicallyPrecedes($1) }
    let scores = Dictionary(
      uniqueKeysWithValues: zip(
        keys, parallelMap(keys.count, threads: threads) { errors(keys[$0]) }))
    let choices = held.map { choice(held: $0, scores: scores) }
    var fits = parallelMap(held.count, threads: threads) { index in
      Fit(
        ridges: choices[index].map { ridges[$0] },
        map: map(without: held[index].map { [$0] } ?? [], ridges: choices[index]))
    }
    guard withLeftOut else { return fits }
    let jobs = held.indices.flatMap { index in inner(held[index]).map { (index, $0) } }
    let maps = parallelMap(jobs.count, threads: threads) { job in
      let (index, fold) = jobs[job]
      return problem(without: key(fold, held[index]), outputs: groups[0])
        .map(ridge: ridges[choices[index][0]])
    }
    for ((index, fold), map) in zip(jobs, maps) { fits[index].leftOut[fold] = map }
    return fits
  }

  /// The folds that fit where `held` is held out.
  private func inner(_ held: Int?) -> [Int] { parts.indices.filter { $0 != held } }

  private func key(_ fold: Int, _ held: Int?) -> [Int] {
    ([fold] + (held.map { [$0] } ?? [])).sorted()
  }

  private func problem(without folds: [Int], outputs: [Int]) -> RidgeProblem {
    let used = parts.indices.filter { !folds.contains($0) }.map { parts[$0] }
    let moments = Moments.sum(used + (extra.map { [$0] } ?? []))
    // With one fold nothing is left to fit; the mean of nothing predicts nothing.
    let none = Moments(
      products: Matrix(rows: parts[0].products.rows, columns: parts[0].products.rows))
    return RidgeProblem(moments ?? none, inputs: inputs, outputs: outputs)
  }

  /// For each fold of `key` and each penalty the error of each group, by fits without `key`.
  private func errors(_ key: [Int]) -> [Int: [[Double]]] {
    let outputs = groups.flatMap { $0 }
    let problem = problem(without: key, outputs: outputs)
    var scores: [Int: [[Double]]] = [:]
    for ridge in ridges {
      let map = problem.map(ridge: ridge)
      for fold in key {
        let errors = parts[fold].squaredErrors(of: map, inputs: inputs, outputs: outputs)
        var start = 0
        let sums = groups.map { group in
          defer { start += group.count }
          return errors[start..<(start + group.count)].reduce(0, +)
        }
        scores[fold, default: []].append(sums)
      }
    }
    return scores
  }

  /// For each group the place of the penalty with the least error over the folds left out.
  private func choice(held: Int?, scores: [[Int]: [Int: [[Double]]]]) -> [Int] {
    let folds = inner(held)
    return groups.indices.map { group in
      let errors = ridges.indices.map { place in
        folds.reduce(0.0) { sum, fold in
          sum + (scores[key(fold, held)]?[fold]?[place][group] ?? 0)
        }
      }
      return errors.indices.min { errors[$0] < errors[$1] } ?? 0
    }
  }

  /// The map without `folds`, each group with its own penalty.
  private func map(without folds: [Int], ridges choices: [Int]) -> Matrix {
    let outputs = groups.flatMap { $0 }
    let problem = problem(without: folds, outputs: outputs)
    var result = Matrix(rows: inputs.count + 1, columns: outputs.count)
    for choice in Set(choices).sorted() {
      let map = problem.map(ridge: ridges[choice])
      var start = 0
      for (group, columns) in groups.enumerated() {
        if choices[group] == choice {
          for column in start..<(start + columns.count) {
            for row in 0..<map.rows { result[row, column] = map[row, column] }
          }
        }
        start += columns.count
      }
    }
    return result
  }
}
