import CMKTFormat
import Tensors

/// Fits all probes for each held-out fold, from moments alone.
struct HeadroomFit: Sendable {
  let columns: HeadroomColumns
  /// Of the labelled rows of each fold; all columns.
  let labelled: [Moments]
  /// Of all rows of each fold, with a label or without: weak and strong columns.
  let all: [Moments]
  /// Of rows without a label that are of no fold.
  let unlabelled: Moments?
  let ridges: [Double]
  let threads: Int

  /// What fits without looking at the predicted strong features.
  private struct Direct {
    let weak: [NestedRidge.Fit]
    let strong: [NestedRidge.Fit]
    let both: [NestedRidge.Fit]
    let translation: [NestedRidge.Fit]
  }

  /// The probes where each of `held` is held out, and the errors of the permuted targets.
  func probes(holdingOut held: [Int?]) -> (probes: [FittedProbes], null: [[HeadroomProbe: Matrix]])
  {
    let direct = Direct(
      weak: direct(columns.weak, held), strong: direct(columns.strong, held, withLeftOut: true),
      both: direct(columns.weak + columns.strong, held),
      translation: NestedRidge(
        parts: all, extra: unlabelled, inputs: columns.weak, groups: [columns.strong],
        ridges: ridges, threads: threads
      ).fits(holdingOut: held, withLeftOut: true))
    let fitted = held.indices.map { index in
      probes(direct, index, held: held[index])
    }
    let null = held.indices.map { index -> [HeadroomProbe: Matrix] in
      [
        .weak: direct.weak[index].map, .strong: direct.strong[index].map,
        .both: direct.both[index].map,
      ]
    }
    return (fitted, null)
  }

  private func direct(
    _ inputs: [Int], _ held: [Int?], withLeftOut: Bool = false
  ) -> [NestedRidge.Fit] {
    NestedRidge(
      parts: labelled, inputs: inputs, groups: [columns.target] + columns.permuted,
      ridges: ridges, threads: threads
    ).fits(holdingOut: held, withLeftOut: withLeftOut)
  }

  private func probes(_ direct: Direct, _ index: Int, held: Int?) -> FittedProbes {
    let inner = labelled.indices.filter { $0 != held }
    let own = columns.target.indices
    let strong = direct.strong[index].map.keeping(own)
    let translation = direct.translation[index]
    // Where a fold fits, what is predicted of it comes from a fit without it: predictions of the
    // very rows of a fit would look better than any that follow.
    let predicted = inner.map { fold in
      labelled[fold].selecting(columns.weak + columns.strong + columns.target).projected(
        by: predictionMap(translation.leftOut[fold] ?? translation.map))
    }
    let places = predictedPlaces
    let narrow = nested(predicted, inputs: places.strong, outputs: places.target)
    let wide = nested(predicted, inputs: places.weak + places.strong, outputs: places.target)
    let taught = taught(direct.strong[index], strong, inner: inner)
    let fitted = Moments.sum(inner.map { labelled[$0] })
    let weakWidth = columns.weak.count
    return FittedProbes(
      weak: direct.weak[index].map.keeping(own), strong: strong,
      both: direct.both[index].map.keeping(own),
      predicted: narrow.map.following(translation.map),
      weakAndPredicted: wide.map.keepingFirst(weakWidth, andFollowing: translation.map),
      taught: taught.fit.map, translation: translation.map,
      targetMeans: columns.target.map { (fitted?.sum($0) ?? 0) / max(1, fitted?.count ?? 0) },
      answerMeans: taught.means,
      ridges: [
        .weak: direct.weak[index].ridges[0], .strong: direct.strong[index].ridges[0],
        .both: direct.both[index].ridges[0], .predicted: narrow.ridges[0],
        .weakAndPredicted: wide.ridges[0], .taught: taught.fit.ridges[0],
      ])
  }

  private func nested(_ parts: [Moments], inputs: [Int], outputs: [Int]) -> NestedRidge.Fit {
    NestedRidge(
      parts: parts, inputs: inputs, groups: [outputs], ridges: ridges, threads: threads
    ).fits(holdingOut: [nil])[0]
  }

  /// Where weak, predicted strong and target columns stand after `predictionMap`.
  private var predictedPlaces: (weak: [Int], strong: [Int], target: [Int]) {
    let (weak, strong) = (columns.weak.count, columns.strong.count)
    return (
      Array(1...weak), Array((weak + 1)...(weak + strong)),
      Array((weak + strong + 1)..<(weak + strong + 1 + columns.target.count))
    )
  }

  /// From 1, weak, strong, target to 1, weak, predicted strong, target.
  private func predictionMap(_ translation: Matrix) -> Matrix {
    let (weak, strong, target) = (
      columns.weak.count, columns.strong.count, columns.target.count
    )
    var map = Matrix.identity(1 + weak + strong + target)
    for row in (1 + weak)..<(1 + weak + strong) { map[row, row] = 0 }
    for row in 0...weak {
      for column in 0..<strong { map[row, 1 + weak + column] = translation[row, column] }
    }
    return map
  }

  /// The weak probe that learns the strong probe's answers, from all rows.
  ///
  /// The answers in each fold are those of a strong probe that was fitted without it.
  private func taught(
    _ teacher: NestedRidge.Fit, _ final: Matrix, inner: [Int]
  ) -> (fit: NestedRidge.Fit, means: [Double]) {
    let (weak, strong) = (columns.weak.count, columns.strong.count)
    let width = final.columns
    func answers(_ moments: Moments, _ answer: Matrix) -> Moments {
      var map = Matrix(rows: 1 + weak + strong, columns: 1 + weak + width)
      for place in 0...weak { map[place, place] = 1 }
      for column in 0..<width {
        map[0, 1 + weak + column] = answer[0, column]
        for row in 0..<strong { map[1 + weak + row, 1 + weak + column] = answer[row + 1, column] }
      }
      return moments.projected(by: map)
    }
    let parts = inner.map { answers(all[$0], teacher.leftOut[$0] ?? final) }
    let extra = unlabelled.map { answers($0, final) }
    let outputs = Array((1 + weak)..<(1 + weak + width))
    let fit = NestedRidge(
      parts: parts, extra: extra, inputs: Array(1...weak), groups: [outputs], ridges: ridges,
      threads: threads
    ).fits(holdingOut: [nil])[0]
    let total = Moments.sum(parts + (extra.map { [$0] } ?? []))
    let means = outputs.map { (total?.sum($0) ?? 0) / max(1, total?.count ?? 0) }
    return (fit, means)
  }
}

extension Matrix {
  /// The columns `columns`.
  fileprivate func keeping(_ columns: Range<Int>) -> Matrix {
    part(rows: 0..<rows, columns: columns)
  }

  /// This affine map after `first`, whose outputs are its inputs: `[D + 1, C]`.
  fileprivate func following(_ first: Matrix) -> Matrix {
    var result = first.times(part(rows: 1..<rows), level: .best)
    for column in 0..<columns { result[0, column] += self[0, column] }
    return result
  }

  /// This affine map of `width` inputs and then the outputs of `first`, which has the same
  /// `width` inputs, as a map of these alone.
  fileprivate func keepingFirst(_ width: Int, andFollowing first: Matrix) -> Matrix {
    var result = first.times(part(rows: (width + 1)..<rows), level: .best)
    for row in 0...width {
      for column in 0..<columns { result[row, column] += self[row, column] }
    }
    return result
  }
}
