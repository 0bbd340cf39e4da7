import CMKTFormat
import Foundation
import TestSupport
import Testing

@Suite struct WorkClaimTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func claims(_ expirySeconds: Double? = nil) -> WorkClaims {
    WorkClaims(in: folder.path, expirySeconds: expirySeconds)
  }

  /// Lets the claim on `name` look as if it was last renewed so many seconds ago.
  private func age(_ name: String, by seconds: Double) throws {
    let date = Date(timeIntervalSinceNow: -seconds)
    try FileManager.default.setAttributes(
      [.modificationDate: date], ofItemAtPath: folder.file(name))
  }

  @Test func whatIsClaimedIsNotClaimedAgain() throws {
    let first = try #require(try claims().take("a"))
    #expect(try claims().take("a") == nil)
    #expect(try claims().take("b") != nil)
    #expect(claims().standing(of: "a") == .held)
    #expect(first.renew() == .renewed)
    first.release()
    #expect(claims().standing(of: "a") == .free)
    #expect(try claims().take("a") != nil)
    // Nothing is left of clocks and of claims that were moved.
    #expect(try folder.names() == ["a", "b"])
  }

  @Test func ofManyWorkersOneGetsAClaim() async throws {
    for round in 0..<20 {
      let name = "cell-\(round)"
      // Half of the rounds are for a claim that has expired.
      if round % 2 == 1 {
        _ = try claims(10).take(name)
        try age(name, by: 60)
      }
      let path = folder.path
      let held = try await withThrowingTaskGroup(of: WorkClaim?.self) { group in
        for _ in 0..<16 {
          group.addTask { try WorkClaims(in: path, expirySeconds: 10).take(name) }
        }
        var held: [WorkClaim] = []
        for try await claim in group { if let claim { held.append(claim) } }
        return held
      }
      // A claim that was moved by mistake and put back may have been lost, and says so.
      #expect(held.filter { $0.renew() == .renewed }.count == 1)
    }
    #expect(try folder.names().allSatisfy { $0.hasPrefix("cell-") })
  }

  @Test func anExpiredClaimIsTakenOverAndItsWorkerLearnsOfIt() throws {
    let old = try #require(try claims().take("a"))
    try age("a", by: 299)
    #expect(claims().standing(of: "a") == .held)
    #expect(try claims().take("a") == nil)
    try age("a", by: 302)
    #expect(claims().standing(of: "a") == .expired)
    let new = try #require(try claims().take("a"))
    #expect(old.renew() == .lost)
    // Nor does it take the claim of the other away.
    old.release()
    #expect(new.renew() == .renewed)
    #expect(claims().standing(of: "a") == .held)
  }

  @Test func renewalMakesAClaimNew() throws {
    let claim = try #require(try claims().take("a"))
    try age("a", by: 1000)
    #expect(claim.renew() == .renewed)
    #expect(claims().standing(of: "a") == .held)
    try age("a", by: 1000)
    #expect(claims().standing(of: "a") == .expired)
  }

  @Test func aClaimIsJudgedByItsOwnWordUnlessTold() throws {
    _ = try claims(20).take("a")
    try age("a", by: 30)
    #expect(claims().standing(of: "a") == .expired)
    #expect(claims(40).standing(of: "a") == .held)
    #expect(claims(5).standing(of: "a") == .expired)
  }

  @Test func theClockOfTheDiskCounts() throws {
    // A claim of the future, by this machine's clock, has not expired.
    _ = try claims(1).take("a")
    try age("a", by: -100)
    #expect(claims(1).standing(of: "a") == .held)
  }

  @Test(arguments: ["", "nonsense", "token -3", "token 1e999", "a b c d", "token nan\n"])
  func whatIsNoClaimExpires(text: String) throws {
    try folder.write(Array(text.utf8), to: "a")
    #expect(try claims().take("a") == nil)
    try age("a", by: 1000)
    #expect(try claims().take("a") != nil)
  }

  @Test func whatKilledWorkersLeftIsTidied() throws {
    for name in ["a", "b", "c"] { _ = try claims().take(name) }
    for name in ["a", "b"] { try age(name, by: 1000) }
    for name in [".clock-1", ".a.0123", ".clock-2"] { try folder.write([0], to: name) }
    for name in [".clock-1", ".a.0123"] { try age(name, by: 1000) }
    claims().tidy { $0 != "b" }
    #expect(try folder.names() == [".clock-2", "b", "c"])
  }

  @Test func aFolderThatIsGoneIsToldOf() throws {
    let claims = WorkClaims(in: folder.file("none"))
    #expect(throws: FormatFailure.self) { try claims.take("a") }
    #expect(claims.standing(of: "a") == .free)
  }

  @Test func linksAreNotFollowed() throws {
    try folder.write([1], to: "precious")
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("a"), withDestinationPath: folder.file("precious"))
    #expect(try claims().take("a") == nil)
    #expect(try folder.bytes(of: "precious") == [1])
  }
}
