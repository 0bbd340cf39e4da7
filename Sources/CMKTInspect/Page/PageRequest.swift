package import CMKTEngine

/// What a page is asked for.
package struct PageRequest: Sendable {
  /// How much of single people's data may stand on the page.
  package enum Sharing: Sendable {
    /// Aggregates alone, unless the data of every file may be handed on.
    case automatic
    case aggregatesOnly
    /// Everything, whatever the files say.
    case everything
  }

  /// Models, features files and folders of `cmkt-train compare`, in any order.
  package var paths: [String]
  /// Nil for the first of test, validation and training that has sequences.
  package var split: EvaluationSplit?
  package var sharing: Sharing
  package var threads: Int

  package init(paths: [String], split: EvaluationSplit?, sharing: Sharing, threads: Int) {
    self.paths = paths
    self.split = split
    self.sharing = sharing
    self.threads = threads
  }
}

/// A page, and what to know before it is handed on.
package struct FinishedPage: Sendable {
  package var page: Page
  /// Whether it holds aggregates alone.
  package var isShared: Bool
  /// What was left out of it, in words.
  package var withheld: [String]
  /// What to tell whoever asked for it.
  package var warnings: [String]
}
