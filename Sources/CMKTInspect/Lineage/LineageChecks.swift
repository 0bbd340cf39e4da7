/// Whether files that were given together belong together.
struct LineageChecks {
  /// Why a file does not fit.
  struct Finding: Equatable {
    var file: String
    var message: String
    var remedy: String
  }

  private let files: [LineageFile]
  private(set) var findings: [Finding] = []

  init(_ files: [LineageFile]) {
    // Of what states nothing, nothing can be said.
    self.files = files.filter { !$0.statesNothing }
    // One file alone fits to itself.
    guard self.files.count > 1 else { return }
    for file in self.files { checkOrigins(of: file) }
    for file in self.files { checkUse(of: file) }
  }

  /// What a file was made from is among the given ones, where some of that kind are given.
  private mutating func checkOrigins(of file: LineageFile) {
    for origin in file.origins where origin.kind == .features || origin.kind == .model {
      let given = files.filter { $0.kind == origin.kind && $0.path != file.path }
      guard !given.isEmpty, !isMet(origin, by: given) else { continue }
      let stated = given.map { "\($0.name) \(Wording.shortDigest($0.digest))" }
      let name = origin.name.isEmpty ? "" : " (\(origin.name))"
      findings.append(
        Finding(
          file: file.name,
          message: "was \(origin.relation) \(origin.kind.rawValue) "
            + "\(Wording.shortDigest(origin.digest))\(name), found "
            + stated.joined(separator: ", "),
          remedy: "Give the \(origin.kind.rawValue) file with that content digest."))
    }
  }

  /// Whether `origin`, or what stands between it and the given files, is one of `given`.
  private func isMet(_ origin: LineageOrigin, by given: [LineageFile]) -> Bool {
    given.contains {
      $0.digest == origin.digest || $0.origins.contains { $0.digest == origin.digest }
    }
  }

  /// Each file is tied to another one, from above or from below.
  private mutating func checkUse(of file: LineageFile) {
    let others = files.filter { $0.path != file.path }
    let isUsed = others.contains { Self.mentions(file.digest, $0.origins) }
    let digests = Set(others.map(\.digest))
    let isMade = Self.isMade(file.origins, from: digests)
    let sharesOrigin = others.contains { other in
      !Set(Self.digests(file.origins)).isDisjoint(with: Self.digests(other.origins))
    }
    guard !isUsed, !isMade, !sharesOrigin, !findings.contains(where: { $0.file == file.name })
    else {
      return
    }
    if let namesake = others.flatMap({ Self.all($0.origins) }).first(where: { $0.name == file.name }
    ) {
      findings.append(
        Finding(
          file: file.name,
          message: "has digest \(Wording.shortDigest(file.digest)); a file was made from another"
            + " one of this name, \(Wording.shortDigest(namesake.digest))",
          remedy: "Give the file with that digest, or import this one again."))
      return
    }
    // What was made from a namesake is told of there.
    let origins = Set(Self.all(file.origins).map(\.name))
    guard !others.contains(where: { origins.contains($0.name) }) else { return }
    findings.append(
      Finding(
        file: file.name,
        message: "no other given file was made from it, nor it from one of them",
        remedy: "Leave it out, or give the files between it and the others."))
  }

  private static func all(_ origins: [LineageOrigin]) -> [LineageOrigin] {
    origins.flatMap { [$0] + all($0.origins) }
  }

  private static func digests(_ origins: [LineageOrigin]) -> [String] {
    all(origins).map(\.digest)
  }

  private static func mentions(_ digest: String, _ origins: [LineageOrigin]) -> Bool {
    !digest.isEmpty && digests(origins).contains(digest)
  }

  private static func isMade(_ origins: [LineageOrigin], from digests: Set<String>) -> Bool {
    all(origins).contains { digests.contains($0.digest) }
  }

  static func table(_ findings: [Finding]) -> ReportTable {
    ReportTable(
      [ReportColumn("file"), ReportColumn("message", "what"), ReportColumn("remedy")],
      rows: findings.map { [.text($0.file), .text($0.message), .text($0.remedy)] },
      stackedFrom: 1)
  }
}
