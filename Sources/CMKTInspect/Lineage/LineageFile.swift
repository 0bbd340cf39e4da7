import CMKTFormat
import Codecs
import Foundation

/// What another file was made from, as a file states it.
struct LineageOrigin: Sendable, Equatable {
  /// How it was used: `trained on`, `made from`, `exported from`, `computed with`, `computed from`.
  var relation: String
  /// What it is: a word of `LineageFile.Kind`.
  var kind: LineageFile.Kind
  /// Empty where it is not stated.
  var name: String
  /// The `content` digest of our files, the SHA-256 of the bytes of others.
  var digest: String
  var detail = ""
  /// Its own origins, as far as the file states them.
  var origins: [LineageOrigin] = []
}

/// A file that was given, and what it says of where it comes from.
struct LineageFile: Sendable {
  enum Kind: String, Sendable {
    case features, model, export, source
  }

  let path: String
  let name: String
  let kind: Kind
  /// As in `LineageOrigin`; empty for an export, which nothing is made from.
  let digest: String
  let detail: String
  /// What made it, oldest first, as far as it is recorded.
  let steps: [ProvenanceStep]
  let origins: [LineageOrigin]

  /// Reads what the file or folder at `path` says, and verifies what it reads.
  static func read(_ path: String) throws(InspectFailure) -> LineageFile {
    guard isFileOrFolder(path) else {
      throw .notReadable(file: path, reason: "is not a regular file; give a file or a folder")
    }
    switch try kind(of: path) {
    case .features: return try LineageFile(features: path)
    case .model: return try LineageFile(model: path)
    case nil: break
    }
    if let stated = ArtefactDigests(path: path) {
      // A features file for other programs has the content of the file that it was made from.
      return LineageFile(
        path, .export, digest: stated["content_digest"] ?? "", detail: stated.format,
        origins: origins(of: stated))
    }
    if isTableOfOutputs(path) {
      return LineageFile(
        path, .export, digest: "", detail: "table of outputs, no digest", origins: [])
    }
    do throws(CodecFailure) {
      let found = try SHA256.digest(ofFile: path)
      return LineageFile(
        path, .source, digest: found.hex, detail: Wording.byteCount(found.byteCount), origins: [])
    } catch {
      throw .notReadable(file: path, reason: error.description)
    }
  }

  /// Nil where the file is none of ours; one that is refused is an error.
  private static func kind(of path: String) throws(InspectFailure) -> FileKind? {
    do throws(FormatFailure) {
      return try FileKind(ofFileAt: path)
    } catch {
      guard error.cause == nil else { throw .format(error) }
      return nil
    }
  }

  private init(
    _ path: String, _ kind: Kind, digest: String, detail: String,
    provenance: Provenance = Provenance(), origins: [LineageOrigin]
  ) {
    self.path = path
    name = URL(fileURLWithPath: path).lastPathComponent
    self.kind = kind
    self.digest = digest
    self.detail = detail
    steps = provenance.steps
    self.origins = origins
  }

  private init(features path: String) throws(InspectFailure) {
    let outline = try formatting { () throws(FormatFailure) in
      let reader = try FeaturesReader(path: path)
      reader.close()
      return reader.outline
    }
    self.init(
      path, .features, digest: outline.digests.content,
      detail: "\(outline.file.name), \(outline.file.sequences.count) sequences",
      provenance: outline.file.provenance,
      origins: outline.file.provenance.sources.map { Self.origin($0, "made from") })
  }

  private init(model path: String) throws(InspectFailure) {
    let (model, digests) = try formatting { () throws(FormatFailure) in
      try ModelFile.read(path) { !isWithin($0, "/weights") && !isWithin($0, "/state") }
    }
    let training = model.training
    let sources = model.provenance.sources
    let features = sources.last { $0.format == Self.featuresFormat }
    var origin = LineageOrigin(
      relation: "trained on", kind: .features, name: features?.name ?? training.dataName,
      digest: training.dataFingerprint)
    origin.origins = sources.filter { $0 != features && $0.format != Self.modelFormat }
      .map { Self.origin($0, "made from") }
    var origins = [origin]
    if let source = sources.first(where: { $0.format == Self.modelFormat }) {
      origins.append(Self.origin(source, "shared from"))
    }
    let state = model.isFinished ? "" : ", a checkpoint"
    let shared = training.shared == nil ? "" : ", shared"
    self.init(
      path, .model, digest: digests.content,
      detail: model.architecture.method + state + shared, provenance: model.provenance,
      origins: origins)
  }

  /// Nothing else has an end for sure.
  private static func isFileOrFolder(_ path: String) -> Bool {
    let target = resolvedPath(path)
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    let type = attributes?[.type] as? FileAttributeType
    // What is missing, or may not be looked at, is told of by its reader.
    return type == nil || type == .typeRegular || type == .typeDirectory
  }

  /// The path of the file that `path` leads to.
  static func resolvedPath(_ path: String) -> String {
    URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  /// Whether the file at `path` is a comma-separated table of latents or predictions: these have
  /// no place for a digest.
  private static func isTableOfOutputs(_ path: String) -> Bool {
    guard let handle = FileHandle(forReadingAtPath: path),
      let bytes = try? handle.read(upToCount: 4096)
    else { return false }
    let line = String(decoding: bytes.prefix { $0 != 0x0a }, as: UTF8.self)
    return line.hasPrefix("id,row,") && line.contains(",split,trained,selected,contaminated,")
  }

  /// Whether nothing tells what it belongs to.
  var statesNothing: Bool { kind == .export && digest.isEmpty && origins.isEmpty }

  private static let featuresFormat = "cmkt-features"
  private static let modelFormat = "cmkt-model"

  private static func origin(_ source: Source, _ relation: String) -> LineageOrigin {
    let kind: Kind =
      switch source.format {
      case featuresFormat: .features
      case modelFormat: .model
      default: .source
      }
    return LineageOrigin(
      relation: relation, kind: kind, name: source.name, digest: source.sha256,
      detail: "\(source.format), \(Wording.byteCount(source.byteCount))")
  }

  private static func origins(of stated: ArtefactDigests) -> [LineageOrigin] {
    let isComputed = stated["featuresContentDigest"] != nil
    var origins: [LineageOrigin] = []
    if let digest = stated["model_content_digest", "modelContentDigest"] {
      var origin = LineageOrigin(
        relation: isComputed ? "computed with" : "exported from", kind: .model, name: "",
        digest: digest)
      if let data = stated["data_fingerprint", "dataFingerprint"] {
        origin.origins = [
          LineageOrigin(relation: "trained on", kind: .features, name: "", digest: data)
        ]
      }
      origins.append(origin)
    }
    if let digest = stated["featuresContentDigest"] {
      origins.append(
        LineageOrigin(relation: "computed from", kind: .features, name: "", digest: digest))
    }
    if let digest = stated["content_digest"] {
      origins.append(
        LineageOrigin(relation: "content of", kind: .features, name: "", digest: digest))
    }
    return origins
  }
}
