/// Which blocks the steps to come need, and so which of those in memory may go.
package struct ReadPlan {
  /// The blocks that each step needs, each once, in the order it reads them.
  private let steps: [[Int]]
  /// For each block of each step the next later step that needs it; `never` where none does.
  private let following: [[Int]]
  /// The next step, from the one at work on, that needs a block.
  private var next: [Int: Int]
  /// The step at work.
  package private(set) var step = 0
  /// The blocks of all steps before it are there.
  private var ahead = 0

  /// Later than any step.
  package static let never = Int.max

  /// - Parameter steps: the blocks that each step reads, some of them more than once.
  package init(_ steps: [[Int]]) {
    self.steps = steps.map { blocks in
      var known: Set<Int> = []
      return blocks.filter { known.insert($0).inserted }
    }
    var next: [Int: Int] = [:]
    var following: [[Int]] = []
    for (index, blocks) in self.steps.enumerated().reversed() {
      following.append(blocks.map { next.updateValue(index, forKey: $0) ?? Self.never })
    }
    self.following = following.reversed()
    self.next = next
  }

  /// Tells that `step` is at work; steps are never gone back to.
  package mutating func advance(to step: Int) {
    while self.step < min(step, steps.count) {
      for (block, use) in zip(steps[self.step], following[self.step]) { next[block] = use }
      self.step += 1
    }
    ahead = max(ahead, self.step)
  }

  /// The next step that needs `block`, which may be the one at work.
  package func nextUse(of block: Int) -> Int {
    next[block] ?? Self.never
  }

  /// The first block, in the order of the steps, that is not among `blocks`.
  package mutating func firstMissing(from blocks: [Int: some Any]) -> Int? {
    while ahead < steps.count {
      if let missing = steps[ahead].first(where: { blocks[$0] == nil }) { return missing }
      ahead += 1
    }
    return nil
  }

  /// The block of `blocks` to give up for `block`: that needed last; nil where it is `block` itself.
  ///
  /// Nothing reads less often than to keep what is needed soonest (Belády, 1966).
  package func dispensable(of blocks: some Sequence<Int>, for block: Int) -> Int? {
    let last = blocks.map { (block: $0, use: nextUse(of: $0)) }.max { $0.use < $1.use }
    guard let last, last.use > nextUse(of: block) else { return nil }
    return last.block
  }
}
