import CMKTImport
import Testing

@Suite struct RowMatchesTests {
  private static func rows(_ pairs: [(Double, Double)]) -> [Double] { pairs.flatMap { [$0, $1] } }

  private static func matches(
    _ rows: [(Double, Double)], _ reference: [(Double, Double)],
    rule: AlignmentRule = .sdk, share: Double = 0
  ) -> RowMatches {
    RowMatches(
      of: Self.rows(rows), with: Self.rows(reference), rule: rule, minimumOverlap: share)
  }

  @Test func anyOverlapCountsAndTouchingDoesNot() {
    let found = Self.matches(
      [(0, 1), (1, 2), (1.9999, 3), (2, 3), (5, 6)], [(1, 2), (3, 5), (0, 10)])
    #expect(Array(found.rows(of: 0)) == [1, 2])
    #expect(found.rows(of: 1).isEmpty)
    #expect(Array(found.rows(of: 2)) == [0, 1, 2, 3, 4])
    #expect(found.covered[0] == 1 && found.covered[1] == 2)
    #expect(found.covered[2].isNaN && found.covered[3].isNaN)
    #expect(found.covered[4] == 0 && found.covered[5] == 6)
  }

  @Test func lengthsUpToTheEpsilonAreNone() {
    let found = Self.matches(
      [(0, 1), (1.000009, 2), (1.5, 1.5)], [(0, 1.000018), (1, 1.000009), (1, 2)])
    #expect(Array(found.rows(of: 0)) == [0])
    #expect(found.rows(of: 1).isEmpty)
    #expect(Array(found.rows(of: 2)) == [1])
  }

  @Test func rowsComeInTheOrderOfTheirStartEqualOnesAsTheyStood() {
    let found = Self.matches([(4, 6), (1, 9), (1, 2), (0, 9), (4, 5)], [(0, 10), (6.5, 7)])
    #expect(Array(found.rows(of: 0)) == [3, 1, 2, 0, 4])
    #expect(Array(found.rows(of: 1)) == [3, 1])
  }

  @Test func reversedAndNonFiniteRows() {
    // The SDK keeps a row that ends before it starts where both conditions hold.
    let found = Self.matches([(5, 3), (.nan, 9), (2, .infinity), (1, 2)], [(0, 10)])
    #expect(Array(found.rows(of: 0)) == [3, 0])
    #expect(found.covered == [1, 5])
  }

  @Test func theShareOfTheShorterDecidesUnderOverlap() {
    let rows = [(0.0, 1.0), (1.0, 2.0), (1.75, 2.75), (0.0, 100.0)]
    let found = Self.matches(rows, [(0.5, 2)], rule: .overlap, share: 0.5)
    #expect(Array(found.rows(of: 0)) == [0, 3, 1])
    #expect(found.overlapSeconds == [0.5, 1.5, 1])
    #expect(Array(Self.matches(rows, [(0.5, 2)], rule: .overlap).rows(of: 0)) == [0, 3, 1, 2])
  }

  @Test func nothingAtAll() {
    #expect(Self.matches([], [(0, 1)]).rows(of: 0).isEmpty)
    #expect(Self.matches([(0, 1)], []).referenceCount == 0)
  }

  /// Against the definition, over many small random cases with ties, nests and zero lengths.
  @Test func theDefinitionAgrees() {
    var state: UInt64 = 42
    func random(_ bound: Int) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int(state >> 33) % bound)
    }
    for _ in 0..<400 {
      let rows = (0..<Int(random(12))).map { _ -> (Double, Double) in
        let start = random(10)
        return (start, start + random(8))
      }
      let reference = (0..<Int(random(6))).map { _ -> (Double, Double) in
        let start = random(12)
        return (start, start + random(4))
      }
      let found = Self.matches(rows, reference)
      for (index, (from, to)) in reference.enumerated() {
        let expected = rows.indices.filter { row in
          to - from >= 1e-5 && min(rows[row].1, to) - max(rows[row].0, from) > 1e-5
        }.sorted { (rows[$0].0, $0) < (rows[$1].0, $1) }
        #expect(Array(found.rows(of: index)) == expected)
        for row in rows.indices {
          let isMet = RowMatches.meets(rows[row], (from, to), rule: .sdk, minimumOverlap: 0)
          #expect(isMet == expected.contains(row))
        }
      }
    }
  }

  /// A row that covers all of a long recording must not make every look-up linear.
  @Test func nestedRowsStayFast() {
    let count = 200_000
    let rows = [(0.0, Double(count))] + (0..<count).map { (Double($0), Double($0) + 0.5) }
    let reference = (0..<count).map { (Double($0) + 0.1, Double($0) + 0.2) }
    let clock = ContinuousClock()
    var found: RowMatches?
    let time = clock.measure { found = Self.matches(rows, reference) }
    #expect(found?.rows.count == 2 * count)
    #expect(time < .seconds(20))
  }
}

@Suite struct CollapsedRowsTests {
  private static let matches = RowMatches(
    of: [0, 1, 1, 2, 2, 4, 9, 10], with: [0, 2, 1, 4, 5, 6], rule: .sdk)
  private static let values: [Float] = [1, 10, 3, .nan, 5, -.infinity, 7, 7]

  private static func collapsed(
    _ collapse: Collapse, _ validity: RowValidity = .all, isWeighted: Bool = false
  ) -> CollapsedRows {
    CollapsedRows(
      values, validity, columnCount: 2, matches, by: collapse, isWeighted: isWeighted)
  }

  @Test func meansLeaveOutWhatIsNoNumber() {
    let rows = Self.collapsed(.mean)
    #expect(Array(rows.values.prefix(3)) == [2, 10, 4])
    #expect(rows.values[3].isNaN)
    #expect(rows.validity == .rows([true, true, false]))
    #expect(rows.leftOutCount == 3)
  }

  @Test func weightsAreDurations() {
    let rows = Self.collapsed(.mean, isWeighted: true)
    #expect(abs(rows.values[2] - (3 + 2 * 5) / 3) < 1e-6)
  }

  @Test func firstLastAndMaximum() {
    #expect(Array(Self.collapsed(.first).values.prefix(2)) == [1, 10])
    #expect(Self.collapsed(.last).values[2] == 5)
    #expect(Self.collapsed(.last).values[3] == -.infinity)
    #expect(Array(Self.collapsed(.max).values.prefix(3)) == [3, 10, 5])
  }

  @Test func rowsThatAreNotValidTakeNoPart() {
    let rows = Self.collapsed(.mean, .rows([false, true, false, true]))
    #expect(rows.values[0] == 3 && rows.values[2] == 3)
    #expect(Self.collapsed(.last, .rows([true, true, false, true])).values[2] == 3)
    let none = Self.collapsed(.mean, .rows([false, false, false, true]))
    #expect(none.validity == .rows([false, false, false]))
    #expect(none.values == [0, 0, 0, 0, 0, 0])
  }

  @Test func validityOfElementsIsKept() {
    let flags = [true, false, true, false, false, true, true, true]
    let rows = Self.collapsed(.mean, .elements(flags))
    // A value that is valid and no number stays one that is no number.
    #expect(Array(rows.values.prefix(3)) == [2, 0, 3])
    #expect(rows.values[3].isNaN)
    #expect(rows.validity == .elements([true, false, true, true, false, false]))
    #expect(rows.leftOutCount == 1)
  }
}
