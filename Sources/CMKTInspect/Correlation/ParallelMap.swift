import Dispatch
import Synchronization

/// `body` of 0 ..< count, in order, computed on `threads` threads.
func parallelMap<Element: Sendable>(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Element
) -> [Element] {
  let results = Mutex<[Element?]>(Array(repeating: nil, count: count))
  let workers = max(1, min(threads, count))
  DispatchQueue.concurrentPerform(iterations: workers) { worker in
    for index in stride(from: worker, to: count, by: workers) {
      let element = body(index)
      results.withLock { $0[index] = element }
    }
  }
  return results.withLock { $0.compactMap(\.self) }
}
