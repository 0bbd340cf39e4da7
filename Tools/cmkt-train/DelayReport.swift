import CMKTEngine
import CMKTFormat
import Foundation
import Tensors
import ToolSupport

/// Searches the delays of `request` where its recipe asks for that and none is known; shows them.
///
/// - Returns: the curves for `--json`, null without a search.
func searchDelays(
  for request: inout TrainingRequest, in features: FeaturesFile, kernels: KernelLevel,
  watcher: Watcher, invocation: Invocation
) throws -> JSONValue {
  guard request.awaitsDelaySearch else { return .null }
  let search = DelaySearch(
    features: features, request: request, threads: invocation.threads, kernels: kernels)
  let curves = try search.curves { watcher.take($0) }
  request.delaySeconds = try DelaySearch.best(of: curves)
  for curve in curves {
    guard let best = curve.best, let score = best.score else { continue }
    invocation.console.print(
      invocation.console.bold("delay of \(curve.target), searched on validation (selected)")
        + ": \(best.seconds) s, \(curve.metric) \(String(format: "%.4f", score)) "
        + "of the weak modality alone, best of \(curve.points.count)")
  }
  return .array(curves.map(description))
}

private func description(_ curve: DelayCurve) -> JSONValue {
  .object([
    .init("target", .string(curve.target)), .init("metric", .string(curve.metric)),
    .init("seconds", .optional(curve.best?.seconds)),
    .init(
      "candidates",
      .array(
        curve.points.map { point in
          .object([
            .init("seconds", .number(point.seconds)), .init("score", .optional(point.score)),
          ])
        })),
  ])
}
