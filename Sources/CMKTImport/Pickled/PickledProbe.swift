import Codecs
import Synchronization

/// A pickle that a probe has interpreted, so that each format that asks finds it done.
final class PickledProbe: Sendable {
  private let known = Mutex<Result<PickleDocument, CodecFailure>?>(nil)

  /// The pickle at `path`.
  ///
  /// - Throws: `CodecFailure`, the same each time.
  func document(at path: String) throws(CodecFailure) -> PickleDocument {
    if let known = known.withLock({ $0 }) { return try known.get() }
    let result: Result<PickleDocument, CodecFailure>
    do throws(CodecFailure) {
      result = .success(try PickleDocument(path: path))
    } catch {
      result = .failure(error)
    }
    known.withLock { $0 = result }
    return try result.get()
  }
}
