import Dispatch
import Foundation
import Synchronization

/// `body` of 0 ..< count, in order, computed on `threads` threads.
///
/// - Throws: what `body` throws for the lowest number; later ones may not be computed then.
package func parallelMap<Element: Sendable, Failure: Error>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) throws(Failure) -> Element
) throws(Failure) -> [Element] {
  let results = Mutex<[Result<Element, Failure>?]>(Array(repeating: nil, count: count))
  let next = Atomic(0)
  let hasFailed = Atomic(false)
  DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
    while !hasFailed.load(ordering: .relaxed) {
      let index = next.add(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let result: Result<Element, Failure>
      do throws(Failure) {
        result = .success(try body(index))
      } catch {
        result = .failure(error)
        hasFailed.store(true, ordering: .relaxed)
      }
      results.withLock { $0[index] = result }
    }
  }
  // Whatever comes before the lowest failure has been computed.
  var elements: [Element] = []
  elements.reserveCapacity(count)
  for case let result? in results.withLock({ $0 }) { elements.append(try result.get()) }
  return elements
}

/// The number of processors that this process may use.
package var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }
