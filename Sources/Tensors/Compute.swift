private import CKernels

/// Where the engine computes: a fixed number of threads and a level of kernels.
///
/// The bytes of a result depend on the level but not on the number of threads: work is split over
/// output elements only. One thread uses it at a time.
@safe package final class Compute: @unchecked Sendable {
  package let threadCount: Int
  package let level: KernelLevel
  private let pool: WorkerPool?
  /// For each worker, room for the packed operands of a product in either scalar.
  private let scratch: [Storage<Double>]

  /// - Precondition: the processor has `level`; `threadCount` is positive.
  package init(threadCount: Int = 1, level: KernelLevel = .best) {
    precondition(threadCount > 0, "at least one thread")
    precondition(level.isAvailable, "this processor lacks the kernel level \(level)")
    self.threadCount = threadCount
    self.level = level
    pool = threadCount > 1 ? WorkerPool.starting(threadCount - 1) : nil
    scratch = (0..<threadCount).map { _ in Storage(count: Self.scratchCount) }
  }

  deinit { pool?.stop() }

  /// Runs `body(task, worker)` for each task, on all threads; the order is undefined.
  func forEach(_ count: Int, _ body: (Int, Int) -> Void) {
    if let pool, count > 1 {
      pool.run(count, body)
    } else {
      for task in 0..<count { body(task, 0) }
    }
  }

  /// The number of tasks for work of `cost` operations: one where it is not worth a second thread;
  /// several for each thread where it is long, so that others finish the share of a thread that loses
  /// its processor for a while.
  func taskCount(cost: Int) -> Int {
    threadCount == 1 || cost < 50_000 ? 1 : cost < 4_000_000 ? threadCount : 4 * threadCount
  }

  /// Splits 0 ..< count in ranges of about equal size, multiples of `multiple`, and runs `body`
  /// on each, all of which cost so many operations.
  func split(_ count: Int, multiple: Int = 1, cost: Int, _ body: (Range<Int>, Int) -> Void) {
    let parts = taskCount(cost: cost)
    let length = max(1, (count + parts * multiple - 1) / (parts * multiple)) * multiple
    let tasks = (count + length - 1) / length
    forEach(tasks) { task, worker in
      body(task * length..<min(count, (task + 1) * length), worker)
    }
  }

  /// Elements of scratch that one product wants.
  static var scratchCount: Int { ck_gemm_scratch() }

  /// Scratch of a worker for one product.
  func scratch<Scalar>(_ worker: Int, as scalar: Scalar.Type) -> UnsafeMutablePointer<Scalar> {
    unsafe UnsafeMutableRawPointer(scratch[worker].pointer)
      .assumingMemoryBound(to: Scalar.self)
  }
}
