import Foundation
import Networks
import Testing

@Suite("Schedules of the learning rate")
struct ScheduleTests {
  private func rates(_ kind: LearningRateSchedule.Kind, plateauFactor: Double = 1) -> [Double] {
    let schedule = LearningRateSchedule(
      kind: kind, peakRate: 2, lastShare: 0.1, warmUpSteps: 4, totalSteps: 12)
    return (0..<14).map { schedule.rate(atStep: $0, plateauFactor: plateauFactor) }
  }

  @Test("All warm up in equal parts", arguments: LearningRateSchedule.Kind.allCases)
  func warmUp(kind: LearningRateSchedule.Kind) {
    #expect(Array(rates(kind).prefix(5)) == [0.5, 1, 1.5, 2, 2])
  }

  @Test("Constant stays, plateau follows its factor")
  func flat() {
    #expect(rates(.constant, plateauFactor: 0.1).dropFirst(3).allSatisfy { $0 == 2 })
    #expect(rates(.plateau, plateauFactor: 0.1).dropFirst(4).allSatisfy { $0 == 0.2 })
  }

  @Test("Cosine falls to its share, halfway in the middle, and stays there")
  func cosine() {
    let found = rates(.cosine)
    #expect(zip(found.dropFirst(4), found.dropFirst(5)).allSatisfy { $0 >= $1 })
    #expect(abs(found[8] - 1.1) < 1e-12)
    #expect(abs(found[12] - 0.2) < 1e-12)
    #expect(abs(found[13] - 0.2) < 1e-12)
  }
}
