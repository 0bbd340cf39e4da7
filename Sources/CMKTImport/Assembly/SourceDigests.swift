import CMKTFormat
import Codecs
import Dispatch
import Synchronization

/// The digests of the files of an import, computed beside other work.
final class SourceDigests: Sendable {
  private let files: [SourceFile]
  private let done = Mutex<[Int: Result<Source, ImportFailure>]>([:])
  private let group = DispatchGroup()

  /// Starts to read `files`; each path once.
  init(_ files: [SourceFile]) {
    var seen: Set<String> = []
    self.files = files.filter { seen.insert($0.path).inserted }
    DispatchQueue.global().async(group: group) { [self] in
      for (index, file) in self.files.enumerated() {
        let result: Result<Source, ImportFailure>
        do throws(ImportFailure) {
          result = .success(try Self.source(file))
        } catch {
          result = .failure(error)
        }
        done.withLock { $0[index] = result }
      }
    }
  }

  /// The sources, in the order of their files; waits for them.
  ///
  /// - Throws: `ImportFailure.unreadable`.
  func sources() throws(ImportFailure) -> [Source] {
    group.wait()
    let results = done.withLock { $0 }
    var sources: [Source] = []
    for index in files.indices {
      switch results[index] {
      case .success(let source): sources.append(source)
      case .failure(let failure): throw failure
      case nil: break
      }
    }
    return sources
  }

  private static func source(_ file: SourceFile) throws(ImportFailure) -> Source {
    if file.isText {
      return Source(
        name: file.path, sha256: SHA256.hexDigest(of: Array(file.path.utf8)),
        byteCount: file.path.utf8.count, format: file.format)
    }
    do throws(CodecFailure) {
      let digest = try SHA256.digest(ofFile: file.path)
      return Source(
        name: file.name, sha256: digest.hex, byteCount: digest.byteCount, format: file.format)
    } catch {
      throw ImportFailure(error, source: file.path)
    }
  }
}
