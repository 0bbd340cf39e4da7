import CMKTImport
import Testing

@Suite struct ResamplingTests {
  private func rows(_ values: [Float], hopSeconds: Double) -> TrackRows {
    TrackRows(
      values: values,
      intervals: values.indices.flatMap {
        [Double($0) * hopSeconds, Double($0 + 1) * hopSeconds]
      })
  }

  private func resampled(_ rows: TrackRows, hopSeconds: Double) throws -> TrackRows {
    let frames = try #require(
      Resampling.frames(covering: rows.intervals ?? [], hopSeconds: hopSeconds))
    return Resampling.rows(rows, columnCount: 1, at: frames)
  }

  @Test func framesAreMultiplesOfTheHop() {
    #expect(
      Resampling.frames(covering: [0, 0.04, 0.04, 0.08], hopSeconds: 0.04) == [0, 0.04, 0.04, 0.08])
    #expect(
      Resampling.frames(covering: [0.3, 0.9], hopSeconds: 0.25) == [0.25, 0.5, 0.5, 0.75, 0.75, 1])
    #expect(Resampling.frames(covering: [], hopSeconds: 1) == [])
    #expect(Resampling.frames(covering: [0, .infinity], hopSeconds: 1) == nil)
    #expect(Resampling.frames(covering: [0, 1e300], hopSeconds: 1e-6) == nil)
  }

  // `scipy.signal.resample_poly(x, 1, 5)` where x[i] = ((37 i) mod 101) / 101,
  // i = 0 ..< 500, elements 20 ..< 30. Its frames have the first of five rows at their centre, so
  // intervals are moved by two rows.
  @Test func downSamplingEqualsSciPy() throws {
    let values = (0..<500).map { Float(37 * $0 % 101) / 101 }
    var moved = rows(values, hopSeconds: 0.01)
    moved.intervals = moved.intervals?.map { $0 + 0.02 }
    let frames = (0..<100).flatMap { [Double($0) * 0.05, Double($0 + 1) * 0.05] }
    let found = Resampling.rows(moved, columnCount: 1, at: frames)
    for (index, expected) in SciPyResampling.elements.enumerated() {
      #expect(abs(Double(found.values[20 + index]) - expected) < 2e-6)
    }
    #expect(found.validity == .all)
  }

  @Test func aToneAboveTheNewLimitGoes() throws {
    let tone = (0..<1000).map { Float($0 % 2 == 0 ? 1 : -1) }
    let found = try resampled(rows(tone, hopSeconds: 0.01), hopSeconds: 0.04)
    #expect(found.values[20..<230].allSatisfy { abs($0) < 1e-2 })
    let level = try resampled(
      rows([Float](repeating: 3, count: 1000), hopSeconds: 0.01), hopSeconds: 0.04)
    #expect(level.values.count == 250 && level.values.allSatisfy { abs($0 - 3) < 1e-6 })
  }

  @Test func upSamplingDrawsLines() throws {
    let found = try resampled(rows([0, 4, 8, 12], hopSeconds: 0.4), hopSeconds: 0.1)
    #expect(found.values.count == 16)
    for index in 2..<14 { #expect(abs(found.values[index] - (Float(index) - 1.5)) < 1e-5) }
    #expect(found.values[0] == 0 && found.values[15] == 12)
    #expect(found.validity == .all)
  }

  @Test func sameHopKeepsValues() throws {
    let source = rows([1, 5, -2, 7], hopSeconds: 0.04)
    let found = try resampled(source, hopSeconds: 0.04)
    #expect(zip(found.values, source.values).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(found.intervals == source.intervals)
  }

  /// Values that are not valid or no numbers take no part, and gaps stay gaps.
  @Test func holes() throws {
    var source = rows((0..<100).map { $0 == 7 ? .nan : 2 }, hopSeconds: 0.01)
    source.validity = .rows((0..<100).map { !(40..<60).contains($0) })
    for index in 40..<60 { source.values[index] = 1e9 }
    let found = try resampled(source, hopSeconds: 0.02)
    guard case .elements(let flags) = found.validity else {
      Issue.record("no flags")
      return
    }
    #expect(flags == (0..<50).map { !(20..<30).contains($0) })
    #expect(zip(found.values, flags).allSatisfy { !$1 || abs($0 - 2) < 1e-5 })
    var gap = rows([1, 2, 3, 4], hopSeconds: 0.1)
    gap.intervals = [0, 0.1, 0.1, 0.2, 0.8, 0.9, 0.9, 1]
    let across = try resampled(gap, hopSeconds: 0.1)
    guard case .elements(let seen) = across.validity else {
      Issue.record("no flags")
      return
    }
    #expect(seen == [true, true] + [Bool](repeating: false, count: 6) + [true, true])
  }
}
