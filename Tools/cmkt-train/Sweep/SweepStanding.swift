import CMKTEngine
import CMKTFormat
import ToolFiles
import ToolSupport

/// How each cell of a sweep stands, as its folder shows.
struct SweepStanding: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case done, running
    /// The worker that had it is gone.
    case stale
    case failed
    case waiting
  }

  let kinds: [Kind]
  /// What must be known of cells, one sentence each.
  let warnings: [String]

  /// Looks at every cell; models are read, and their digests checked.
  init(of sweep: Sweep, threads: Int) throws {
    let claims = WorkClaims(in: sweep.folder.claims)
    let cells = sweep.expansion.cells
    let found = try parallelMap(cells.count, threads: threads) {
      (index) throws(any Error) -> (kind: Kind, warning: String?) in
      try Self.standing(of: cells[index], sweep: sweep, claims: claims)
    }
    kinds = found.map(\.kind)
    warnings = found.compactMap(\.warning)
  }

  private static func standing(
    of cell: SweepCell, sweep: Sweep, claims: WorkClaims
  ) throws -> (kind: Kind, warning: String?) {
    var warning: String?
    let path = sweep.folder.model(of: cell)
    if Files.exists(path) {
      do throws(FormatFailure) {
        _ = try ModelFile.read(path)
        return (.done, nil)
      } catch {
        guard ExitCode(error) == .badData else { throw error }
        warning = "\(error) The cell is not done; cmkt-train sweep resume trains it again."
      }
    }
    switch claims.standing(of: cell.address) {
    case .held: return (.running, warning)
    case .expired: return (.stale, warning)
    case .free: break
    }
    return (sweep.folder.failureDate(of: cell) == nil ? .waiting : .failed, warning)
  }

  func count(_ kind: Kind) -> Int { kinds.count { $0 == kind } }

  /// The counts, such as `20 done, 1 running, 3 waiting`.
  var text: String {
    Kind.allCases.filter { $0 == .done || count($0) > 0 }
      .map { "\(count($0)) \($0.rawValue)" }.joined(separator: ", ")
  }

  /// The members of the JSON document.
  var document: [JSONValue.Member] {
    [.init("cells", .integer(kinds.count))]
      + Kind.allCases.map { .init($0.rawValue, .integer(count($0))) }
  }
}
