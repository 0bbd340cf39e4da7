import Dispatch
import Foundation
import Synchronization

/// Work on many items at once whose results are delivered one by one, in order.
enum OrderedWork {
  /// Items per batch and thread: enough that threads seldom wait for each other, few enough that
  /// the results of a batch are small beside the whole.
  private static let itemsPerThread = 4

  /// Does `work` on `0 ..< count` in batches, and hands each result to `deliver` on this thread.
  ///
  /// The first failure in the order of items is thrown.
  static func run<Result: Sendable>(
    count: Int, threads: Int?, work: @Sendable (Int) throws(ImportFailure) -> Result,
    deliver: (Int, Result) throws(ImportFailure) -> Void
  ) throws(ImportFailure) {
    let workers = max(1, threads ?? ProcessInfo.processInfo.activeProcessorCount)
    let batch = workers * itemsPerThread
    for begin in stride(from: 0, to: count, by: batch) {
      let results = batchResults(begin..<min(count, begin + batch), workers, work)
      for (offset, result) in results.enumerated() {
        switch result {
        case .success(let value): try deliver(begin + offset, value)
        case .failure(let failure): throw failure
        }
      }
    }
  }

  private static func batchResults<Value: Sendable>(
    _ items: Range<Int>, _ workers: Int, _ work: @Sendable (Int) throws(ImportFailure) -> Value
  ) -> [Result<Value, ImportFailure>] {
    let next = Atomic(items.lowerBound)
    let done = Mutex<[Int: Result<Value, ImportFailure>]>([:])
    DispatchQueue.concurrentPerform(iterations: min(workers, items.count)) { _ in
      while true {
        let item = next.add(1, ordering: .relaxed).oldValue
        guard item < items.upperBound else { return }
        let result: Result<Value, ImportFailure>
        do throws(ImportFailure) {
          result = .success(try work(item))
        } catch {
          result = .failure(error)
        }
        done.withLock { $0[item] = result }
      }
    }
    let results = done.withLock { $0 }
    return items.compactMap { results[$0] }
  }
}
