import CMKTEngine
import CMKTFormat
import Testing

@Suite struct SplitTests {
  private func table(_ splits: [Split], speakers: [String]) -> SequenceTable {
    SequenceTable(
      ids: splits.indices.map { "s\($0)" }, recordings: splits.indices.map { "r\($0)" },
      speakers: speakers, splits: splits, offsets: Array(0...splits.count))
  }

  @Test func ownValidationSplitIsKept() throws {
    let sequences = table(
      [.train, .valid, .test, .none, .unlabelled, .train],
      speakers: Array(
        repeating: "", count: 6))
    let plan = try SplitPlan(of: sequences, fraction: 0.15)
    #expect(plan.train == [0, 5] && plan.valid == [1] && plan.test == [2])
    #expect(plan.unlabelled == [4])
    #expect(!plan.isHeldOut)
  }

  @Test func heldOutGroupsAreWholeAndDoNotDependOnOrder() throws {
    let speakers = (0..<80).map { "speaker\($0 / 2)" }
    let plan = try SplitPlan(
      of: table(Array(repeating: .train, count: 80), speakers: speakers), fraction: 0.15)
    #expect(plan.isHeldOut)
    #expect(plan.valid.count == 12)
    let chosen = Set(plan.valid.map { speakers[$0] })
    #expect(chosen.count == 6)
    #expect(chosen.isDisjoint(with: plan.train.map { speakers[$0] }))
    let reversed = try SplitPlan(
      of: table(Array(repeating: .train, count: 80), speakers: speakers.reversed()), fraction: 0.15)
    #expect(Set(reversed.valid.map { speakers.reversed()[$0] }) == chosen)
  }

  @Test func tooLittleDataIsRefused() throws {
    #expect(throws: EngineFailure.self) {
      try SplitPlan(of: table([.test], speakers: [""]), fraction: 0.15)
    }
    #expect(throws: EngineFailure.self) {
      try SplitPlan(of: table([.train], speakers: [""]), fraction: 0.15)
    }
    #expect(try SplitPlan(of: table([.train], speakers: [""]), fraction: 0).valid.isEmpty)
  }

  @Test func windowsCoverEverythingAndReachTheEnd() {
    var sequences = table([.train, .train], speakers: ["", ""])
    sequences.offsets = [0, 4, 15]
    let windows = Window.cutting([0, 1], of: sequences, length: 4, hop: 3)
    #expect(windows.map(\.frames) == [0..<4, 4..<8, 7..<11, 10..<14, 11..<15])
    #expect(windows.map(\.sequence) == [0, 1, 1, 1, 1])
    #expect(Window.cutting([1], of: sequences, length: 0, hop: 1).map(\.frames) == [4..<15])
  }
}
