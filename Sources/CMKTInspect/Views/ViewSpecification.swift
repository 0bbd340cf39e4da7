import CMKTFormat

/// One of the two things whose rows are compared, as a user names it.
package struct ViewSpecification: Sendable, Equatable {
  /// What the rows are.
  package enum Content: Sendable, Equatable {
    case weakLatent
    case strongLatent
    /// The translator's output, made from the weak modality alone.
    case translated
    /// The strong modality as it enters the networks.
    case strongFeatures
    /// A modality of the features file.
    case modality(String)
  }

  /// Columns of a view: one, or a run of them.
  package enum Columns: Sendable, Equatable {
    case one(String)
    /// Both ends are in it.
    case run(String, String)
  }

  package var content: Content
  /// Nil for all.
  package var columns: [Columns]?

  package init(_ content: Content, columns: [Columns]? = nil) {
    self.content = content
    self.columns = columns
  }

  /// The names of the views that only a model has; any other name is that of a modality.
  package static let modelViews: [(name: String, content: Content)] = [
    ("weak-latent", .weakLatent), ("strong-latent", .strongLatent), ("translated", .translated),
    ("strong-features", .strongFeatures),
  ]

  /// Whether there is no such view without a model.
  package var needsModel: Bool {
    if case .modality = content { return false }
    return true
  }

  /// How a user names the content.
  package var name: String {
    switch content {
    case .weakLatent: "weak-latent"
    case .strongLatent: "strong-latent"
    case .translated: "translated"
    case .strongFeatures: "strong-features"
    case .modality(let name): name
    }
  }

  /// The view spelled `NAME` or `NAME[COLUMN,FIRST..LAST,…]`, columns by name or by number from 0.
  ///
  /// - Throws: `usage` where it is neither.
  package init(_ text: String) throws(InspectFailure) {
    var name = text
    columns = nil
    if let bracket = text.firstIndex(of: "[") {
      guard text.last == "]" else { throw Self.misspelt(text) }
      name = String(text[..<bracket])
      let inner = text[text.index(after: bracket)..<text.index(before: text.endIndex)]
      columns = inner.split(separator: ",", omittingEmptySubsequences: false).map { item in
        let ends = String(item).split(separator: "..", maxSplits: 1)
        return ends.count == 2
          ? .run(String(ends[0]), String(ends[1])) : .one(String(item))
      }
      if columns?.contains(.one("")) == true { throw Self.misspelt(text) }
    }
    guard !name.isEmpty else { throw Self.misspelt(text) }
    content = Self.modelViews.first { $0.name == name }?.content ?? .modality(name)
  }

  private static func misspelt(_ text: String) -> InspectFailure {
    .usage(
      reason: "'\(text)' is no view",
      remedy: "write NAME or NAME[COLUMN,FIRST..LAST]; NAME is "
        + modelViews.map(\.name).joined(separator: ", ") + " or a modality")
  }

  /// The two views of `A,B`; commas within brackets do not separate.
  ///
  /// - Throws: `usage` where there are not two.
  package static func pair(
    _ text: String
  ) throws(InspectFailure) -> (first: ViewSpecification, second: ViewSpecification) {
    var parts = [""]
    var depth = 0
    for character in text {
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      if character == ",", depth == 0 {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    guard parts.count == 2 else {
      throw .usage(
        reason: "two views are compared, and '\(text)' names \(parts.count)",
        remedy: "name them as A,B, such as weak-latent,strong-latent or audio,video")
    }
    return (try ViewSpecification(parts[0]), try ViewSpecification(parts[1]))
  }

  /// The places in `names` that the view has, in the order in which they were asked for.
  ///
  /// A name wins over a number. Each column counts once.
  ///
  /// - Throws: `unknownName`; `usage` for a run that ends before it begins.
  func indices(in names: [String]) throws(InspectFailure) -> [Int] {
    guard let columns else { return Array(names.indices) }
    func place(_ text: String) throws(InspectFailure) -> Int {
      if let found = names.firstIndex(of: text) { return found }
      if let number = Int(text), names.indices.contains(number) { return number }
      throw .unknownName(kind: "column of \(name)", name: text, known: names)
    }
    var indices: [Int] = []
    for column in columns {
      var run: ClosedRange<Int>
      switch column {
      case .one(let text):
        let found = try place(text)
        run = found...found
      case .run(let first, let last):
        let ends = (try place(first), try place(last))
        guard ends.0 <= ends.1 else {
          throw .usage(
            reason: "in \(name), column '\(first)' comes after '\(last)'",
            remedy: "exchange them")
        }
        run = ends.0...ends.1
      }
      indices += run.filter { !indices.contains($0) }
    }
    return indices
  }
}
