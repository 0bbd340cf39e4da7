/// The files of a challenge's folder, sorted by what their folders and names say.
///
/// Letter case plays no part. A folder whose name has the word `features` holds modalities, one
/// with `ratings` or `labels` holds targets; folders around them mean nothing.
package struct ChallengeTree: Sendable {
  /// What a file holds.
  package enum Part: Equatable, Sendable {
    case features
    /// The labels to be learnt.
    case gold
    /// What single raters gave; `isCentred` where their means were made equal.
    case ratings(isCentred: Bool)
  }

  /// One file to read.
  package struct File: Sendable {
    /// Relative to the folder.
    package let path: String
    package let part: Part
    /// The modality of features, or which of several gold standards; may be empty.
    package var set: String
    /// The target whose branch the file lies in, in lower case; empty where there is none.
    package let branch: String
    package let name: ChallengeName
  }

  package private(set) var files: [File] = []
  /// Files that are not read, and why.
  package private(set) var others: [(path: String, reason: String)] = []

  /// Folders of these names hold what is for one target.
  private static let targets: Set<String> = [
    "arousal", "valence", "liking", "likability", "dominance", "power", "expectancy",
  ]

  /// Sorts `paths`, which are relative to a folder.
  package init(_ paths: [String]) {
    for path in paths {
      let folders = path.split(separator: "/").dropLast().map(String.init)
      let base = path.split(separator: "/").last ?? ""
      guard let (part, set, branch) = Self.place(in: folders) else {
        others.append((path, "neither features nor ratings"))
        continue
      }
      guard let name = ChallengeName(SourceArgument.stem(of: String(base))) else {
        others.append((path, "its name tells no recording"))
        continue
      }
      files.append(File(path: path, part: part, set: set, branch: branch, name: name))
    }
    nameVariants()
  }

  /// Whether there is a file of features.
  package var hasFeatures: Bool { files.contains { $0.part == .features } }

  /// Windows of features are named only where a set has several.
  private mutating func nameVariants() {
    var variants: [String: Set<String>] = [:]
    for file in files { variants[file.set, default: []].insert(file.name.variant) }
    for index in files.indices {
      let file = files[index]
      guard !file.name.variant.isEmpty, (variants[file.set]?.count ?? 0) > 1 else { continue }
      files[index].set += ".\(file.name.variant)"
    }
  }

  /// What the folders of a file say; nil where they say nothing.
  private static func place(
    in folders: [String]
  ) -> (part: Part, set: String, branch: String)? {
    let words = folders.map { folder in folder.lowercased().split(separator: "_").map(String.init) }
    let markers: Set<String> = ["features", "ratings", "labels"]
    guard let first = words.firstIndex(where: { !markers.isDisjoint(with: $0) }) else { return nil }
    let isFeatures = words[first].contains("features")
    let branch = folders[first...].map { $0.lowercased() }.last(where: targets.contains) ?? ""
    let inner = zip(folders[first...], words[first...]).filter { $0.0.lowercased() != branch }
    if isFeatures {
      let set = name(inner.map(\.0), without: ["features"])
      return (.features, KnownFeatures.spelling(set.isEmpty ? "features" : set), branch)
    }
    let all = inner.flatMap(\.1)
    if all.contains("individual") {
      return (.ratings(isCentred: all.contains { $0.hasPrefix("cent") }), "", branch)
    }
    return (
      .gold, name(inner.map(\.0), without: ["ratings", "labels", "gold", "standard"]), branch
    )
  }

  /// The names of `folders` as one, without the words in `generic` and with plain characters.
  private static func name(_ folders: [String], without generic: Set<String>) -> String {
    let names = folders.map { folder in
      folder.split(separator: "_").filter { !generic.contains($0.lowercased()) }
        .joined(separator: "_")
    }
    let joined = names.filter { !$0.isEmpty }.joined(separator: ".")
    return String(
      joined.map { character in
        let isPlain = character.isLetter || "0123456789_-.".contains(character)
        return isPlain ? character : "_"
      })
  }
}
