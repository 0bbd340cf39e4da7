import CMKTEngine
import CMKTFormat
import Tensors

/// Whether there is anything to transfer from a strong modality to a weak one, by linear probes.
///
/// All figures are held out by group: R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ the mean of the rows of the
/// fit. Penalties are chosen within the folds that fit. What needs no label, the regression of the
/// strong features on the weak ones and of the strong probe's answers, is fitted on unlabelled rows
/// too, as training does. With ample clean labels a linear probe of the weak features finds by
/// itself whatever a linear function of them can tell, so that both gains are about 0 by
/// construction; they are above it where labels are scarce or noisy.
package enum Headroom {
  /// What a request gives: a report for people and programs, and rows of numbers.
  package struct Result: Sendable {
    package let report: Report
    /// Comma-separated: a line for each probe of each group, and of all.
    package let table: String
  }

  /// - Throws: `unknownName`, `usage`, `tooFewGroups`, and what cannot be read.
  package static func result(_ request: HeadroomRequest) throws(InspectFailure) -> Result {
    let data = try HeadroomData(request)
    let search = request.delay == .search ? try HeadroomDelaySearch(data) : nil
    let delay: Double? =
      switch request.delay {
      case .file: nil
      case .seconds(let seconds): seconds
      case .search: search?.best
      }
    let (rows, target) = try data.rows(delaySeconds: delay)
    let outcome = HeadroomRun(
      rows: rows, kind: target.kind, ridges: request.ridges,
      permutationCount: request.permutationCount, seed: request.seed, threads: request.threads,
      isJudgedElsewhere: request.split != .train
    ).outcome()
    guard outcome.judgedRowCount > 0 else {
      throw .tooFewRows(
        split: request.split.rawValue, found: 0, needed: 2, remedy: "choose another --split")
    }
    let tables = HeadroomTables(
      request: request, data: data, outcome: outcome, target: target,
      delaySeconds: delay ?? data.target.delaySeconds, search: search)
    return Result(report: tables.report, table: tables.commaSeparated)
  }
}
