import HDF5

/// A computational sequence of CMU-MultimodalSDK: `/<root>/data/<entry>/{features,intervals}`.
struct CSDFile: Sendable {
  /// The groups of one video: one of its own name, or `video[0]`, `video[1]`, … after an `align`.
  struct Video: Sendable {
    let name: String
    /// In byte order, as the SDK meets them; the clip is nil for a group of the video's own name.
    var parts: [(group: String, clip: Int?)]
  }

  let path: String
  let reader: HDF5FileReader
  /// The name of the first group at the top, which need not be the file's.
  let root: String
  let videos: [Video]
  let metadata: CSDMetadata
  /// Things among the entries that are no groups, by name.
  let strangers: [String]

  /// Opens the file at `path`.
  ///
  /// - Throws: `ImportFailure`; `content` where there is no such layout.
  init(path: String) throws(ImportFailure) {
    self.path = path
    let link: Child?
    do throws(HDF5Failure) {
      reader = try HDF5FileReader(path: path)
      guard let root = try Self.root(of: reader) else {
        throw HDF5Failure.missingObject(file: path, path: "/<name>/data")
      }
      self.root = root
      let children = try reader.children(of: "/\(root)/data")
      videos = Self.videos(children.filter { $0.kind == .group }.map(\.name))
      link = children.first { [.softLink, .externalLink].contains($0.kind) }
      strangers = children.filter { $0.kind != .group }.map(\.name)
      metadata = try CSDMetadata(reader, root: root)
    } catch {
      throw ImportFailure(error, source: path)
    }
    if let link {
      throw .content(
        source: path, place: "/\(root)/data/\(link.name)", expected: "a group",
        found: "a link by name", remedy: "put the group itself there, or delete the link")
    }
    guard !videos.isEmpty else {
      throw .content(
        source: path, place: "/\(root)/data", expected: "a group for each video", found: "none",
        remedy: "copy or download the file again")
    }
  }

  /// Whether the HDF5 file at `path` has this layout, or cannot be opened at all, so that `init`
  /// says why.
  static func isPossible(_ path: String) -> Bool {
    guard let reader = try? HDF5FileReader(path: path) else { return true }
    defer { reader.close() }
    guard let root = try? root(of: reader),
      let entries = try? reader.children(of: "/\(root)/data")
    else { return false }
    return entries.lazy.filter { $0.kind == .group }.prefix(mostProbedEntries).contains { entry in
      let parts = (try? reader.children(of: "/\(root)/data/\(entry.name)")) ?? []
      return Set(parts.map(\.name)).isSuperset(of: ["features", "intervals"])
    }
  }

  /// Entries without rows may come first, but not so many.
  private static let mostProbedEntries = 64

  /// The first group at the top that holds a group `data`.
  private static func root(of reader: HDF5FileReader) throws(HDF5Failure) -> String? {
    for child in try reader.children(of: "/") where child.kind == .group {
      let inner = try reader.children(of: "/\(child.name)")
      if inner.contains(where: { $0.name == "data" && $0.kind == .group }) { return child.name }
    }
    return nil
  }

  /// Groups by the video that their names begin with, in byte order.
  private static func videos(_ names: [String]) -> [Video] {
    var order: [String] = []
    var videos: [String: Video] = [:]
    for name in names {
      let id = EntryID(name, spelling: .brackets)
      if videos[id.recording] == nil {
        order.append(id.recording)
        videos[id.recording] = Video(name: id.recording, parts: [])
      }
      videos[id.recording]?.parts.append((name, id.clip))
    }
    return order.compactMap { videos[$0] }
  }
}

extension ImportFailure {
  /// `failure` as it concerns `source`.
  init(_ failure: HDF5Failure, source: String) {
    switch failure {
    case .missingFile: self = .unreadable(source: source, reason: "no such file")
    case .isDirectory: self = .unreadable(source: source, reason: "it is a folder")
    case .notRegular: self = .unreadable(source: source, reason: "it is not a regular file")
    case .accessDenied: self = .unreadable(source: source, reason: "permission denied")
    case .system(_, _, let reason): self = .unreadable(source: source, reason: reason)
    default: self = .hdf5(source: source, failure: failure)
    }
  }
}
