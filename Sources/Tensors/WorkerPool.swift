private import Foundation
private import Synchronization

/// The threads behind `Compute`: numbered tasks, claimed one by one.
///
/// Which thread runs a task is left to chance; tasks write disjoint outputs, so that results are
/// not. A claim holds (generation, count, next) in one word, so that a late thread never enters a
/// region that is over.
@safe final class WorkerPool: Sendable {
  private let claim = Atomic<UInt64>(0)
  private let finished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let isStopped = Atomic<Bool>(false)
  private let condition = NSCondition()
  nonisolated(unsafe) private var body: (Int, Int) -> Void = { _, _ in }
  nonisolated(unsafe) private var generation: UInt64 = 0

  /// Looks at the claim this often before a thread offers its processor to others: some tens of
  /// microseconds.
  private static let spins = 20_000
  /// Offers it this often before it sleeps: a few milliseconds on an idle machine, more than the
  /// stretches of a training step that one thread computes.
  private static let offers = 8_000

  /// Starts `count` threads, the workers from 1 on; the caller of `run` is worker 0.
  static func starting(_ count: Int) -> WorkerPool {
    let pool = WorkerPool()
    for worker in 0..<count {
      let thread = Thread { pool.serve(worker + 1) }
      thread.start()
    }
    return pool
  }

  func stop() {
    isStopped.store(true, ordering: .sequentiallyConsistent)
    condition.lock()
    condition.broadcast()
    condition.unlock()
  }

  /// Runs `body(task, worker)` for the tasks 0 ..< count and returns when all are done.
  ///
  /// - Precondition: `count < 65536`; one caller at a time, and not from within a task.
  func run(_ count: Int, _ body: (Int, Int) -> Void) {
    precondition(count < 1 << 16, "too many tasks")
    withoutActuallyEscaping(body) { escaping in
      unsafe self.body = escaping
      finished.store(0, ordering: .relaxed)
      unsafe generation &+= 1
      let word = unsafe (generation & 0xffff_ffff) << 32 | UInt64(count) << 16
      claim.store(word, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        condition.lock()
        condition.broadcast()
        condition.unlock()
      }
      while runOne(0) {}
      var turns = 0
      while finished.load(ordering: .acquiring) < count {
        turns += 1
        if turns > Self.spins { sched_yield() }
      }
      unsafe self.body = { _, _ in }
    }
  }

  /// Claims and runs one task; false if none is left.
  private func runOne(_ worker: Int) -> Bool {
    var word = claim.load(ordering: .acquiring)
    while true {
      let next = Int(word & 0xffff)
      guard next < Int(word >> 16 & 0xffff) else { return false }
      let (exchanged, found) = claim.weakCompareExchange(
        expected: word, desired: word + 1, ordering: .acquiringAndReleasing)
      guard exchanged else {
        word = found
        continue
      }
      unsafe body(next, worker)
      finished.add(1, ordering: .releasing)
      return true
    }
  }

  private var hasWork: Bool {
    let word = claim.load(ordering: .sequentiallyConsistent)
    return word & 0xffff < word >> 16 & 0xffff
  }

  private func serve(_ worker: Int) {
    var turns = 0
    while !isStopped.load(ordering: .relaxed) {
      if runOne(worker) {
        turns = 0
        continue
      }
      turns += 1
      guard turns > Self.spins else { continue }
      if turns < Self.spins + Self.offers {
        sched_yield()
        continue
      }
      condition.lock()
      sleepers.add(1, ordering: .sequentiallyConsistent)
      while !hasWork && !isStopped.load(ordering: .sequentiallyConsistent) { condition.wait() }
      sleepers.subtract(1, ordering: .sequentiallyConsistent)
      condition.unlock()
      turns = 0
    }
  }
}
