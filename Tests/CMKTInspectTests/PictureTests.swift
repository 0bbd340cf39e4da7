import Testing

import CMKTInspect

/// What pictures are made of.
@Suite struct PictureTests {
  @Test(arguments: [
    (0.0...1.0, 6), (-3.0...3.0, 7), (0.0...132.0, 5), (0.00012...0.00035, 6), (-1e9...1e9, 4),
    (17.2...17.3, 8),
  ])
  func ticksAreRoundAndFew(range: ClosedRange<Double>, count: Int) {
    let ticks = Ticks.round(in: range, maximumCount: count)
    #expect(ticks.count >= 2 && ticks.count <= count)
    #expect(Set(ticks.map(\.label)).count == ticks.count)
    let step = ticks[1].value - ticks[0].value
    for (first, second) in zip(ticks, ticks.dropFirst()) {
      #expect(abs(second.value - first.value - step) <= step * 1e-6)
    }
    var digits = step
    while digits >= 9.99 { digits /= 10 }
    while digits < 0.999 { digits *= 10 }
    #expect([1.0, 2, 5].contains { abs(digits - $0) < 1e-6 })
  }

  @Test func ticksOfNoRangeAreOne() {
    #expect(Ticks.round(in: 2...2, maximumCount: 5).map(\.value) == [2])
    #expect(PlotAxis("x", unit: "1", covering: [.nan, .infinity]).high > 0)
  }

  @Test func textCannotMakeMarkup() {
    #expect(Markup.escaped("<a href='b'>&\"") == "&lt;a href=&#39;b&#39;&gt;&amp;&quot;")
    #expect(Markup.escaped("a\u{202E}b\u{0}c\u{FEFF}") == "a\\u{202E}b\\u{0}c\\u{FEFF}")
    #expect(Markup.percentEncoded("a,\"b\"\n<é>") == "a,%22b%22%0A%3C%C3%A9%3E")
    #expect(Markup.key("  Ä b/C..d ") == "b-c-d")
    #expect(Markup.key("☃") == "x")
  }

  @Test func coordinatesAreShortAndNeverTrap() {
    #expect(Markup.coordinate(-0.04) == "0")
    #expect(Markup.coordinate(-0.25) == "-0.3")
    #expect(Markup.coordinate(12.0) == "12")
    #expect(Markup.coordinate(.nan) == "0" && Markup.coordinate(1e300) == "0")
  }

  /// The sequential map reads in grey, the diverging one is alike on both sides.
  @Test func coloursAreOrdered() {
    func lightness(_ map: ColourMap, _ share: Double) -> Double {
      let digits = map.colour(share).dropFirst()
      let channels = stride(from: 0, to: 6, by: 2).map { start -> Double in
        let from = digits.index(digits.startIndex, offsetBy: start)
        return Double(Int(digits[from..<digits.index(from, offsetBy: 2)], radix: 16) ?? 0)
      }
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    }
    let steps = (0...40).map { lightness(.sequential, Double($0) / 40) }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 < $1 })
    #expect(ColourMap.diverging.colour(0.5) == "#f7f7f7")
    #expect(ColourMap.diverging.colour(.nan) == "#9a9a9a")
    for share in stride(from: 0.0, through: 0.5, by: 0.05) {
      #expect(
        abs(lightness(.diverging, share) - lightness(.diverging, 1 - share)) < 30)
    }
  }

  @Test func wordsFitWhereTheyAreMeantToFit() {
    let name = String(repeating: "wide ", count: 40)
    #expect(TextMeasure.width(TextMeasure.fitted(name, width: 100)) <= 100)
    #expect(TextMeasure.wrapped(name, width: 100).allSatisfy { TextMeasure.width($0) <= 100 })
    let items = (0..<9).map { Legend.Item(name: "series \($0)", sample: .line(series: $0)) }
    #expect(Legend(items, width: 372).height >= 3 * Legend.rowHeight)
  }

  @Test func unitsOfAxesAreNeverCut() {
    let long = String(repeating: "wide ", count: 40)
    for (unit, end) in [
      ("s", " / s"), ("1", " (no unit)"), ("number", " (number)"), ("name", " (name)"),
    ] {
      #expect(PlotAxis.label("time", unit: unit) == "time" + end)
      let label = PlotAxis.label(long, unit: unit, width: 120)
      #expect(label.hasSuffix("…" + end) && TextMeasure.width(label) <= 120)
    }
  }

  @Test func tablesBecomeCommaSeparatedText() {
    let table = ReportTable(
      [ReportColumn("name"), ReportColumn("value", isNumeric: true)],
      rows: [
        [.text("a,\"b\""), .number(0.1)], [.text("=1+1"), .number(nil)],
        [.text("c"), .number(.infinity)],
      ])
    #expect(table.commaSeparated == "name,value\n\"a,\"\"b\"\"\",0.1\n'=1+1,\nc,\n")
  }

  @Test func fieldsAreTestedScalarByScalar() {
    func field(_ text: String) -> String {
      ReportTable([ReportColumn("a")], rows: [[.text(text)]]).commaSeparated
    }
    #expect(field("a,\u{301}b") == "a\n\"a,\u{301}b\"\n")
    #expect(field("\"\u{301}") == "a\n\"\"\"\u{301}\"\n")
    #expect(field("\r=1") == "a\n\"'\r=1\"\n")
    #expect(field("=\u{301}") == "a\n'=\u{301}\n")
  }

  @Test func hiddenCharactersAreMeasuredAsTheyAreRead() {
    let hidden = String(repeating: "\u{202E}", count: 20)
    #expect(TextMeasure.width(hidden) == TextMeasure.width(Markup.escaped(hidden)))
    #expect(TextMeasure.width(TextMeasure.fitted(hidden, width: 100)) <= 100)
  }

  @Test func numbersOfAnySizeFallIntoBins() {
    #expect(Bins.bin(of: 1, in: 0...1, count: 20) == 19)
    #expect(Bins.bin(of: 1e300, in: 0...1, count: 20) == nil)
    #expect(Bins.bin(of: .nan, in: 0...1, count: 20) == nil)
    #expect(Bins.bin(of: 1, in: 1...1, count: 20) == nil)
    let widest = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    #expect(Bins.bin(of: 0, in: widest, count: 20) == 10)
    #expect(Bins.level(of: 1e300, count: 4) == 3)
    #expect(Bins.level(of: .infinity, count: 4) == nil)
  }

  @Test func smallCellsDoNotComeBack() {
    #expect(SmallCells.shown([50, 3, 20, 0], isShared: true) == [50, nil, nil, 0])
    #expect(SmallCells.shown([50, 3], isShared: true) == [nil, nil])
    #expect(SmallCells.shown([9, 0], isShared: true) == [nil, nil])
    #expect(SmallCells.shown([9, 3], isShared: false) == [9, 3])
    #expect(SmallCells.shown([7, 8], isShared: true) == [7, 8])
  }

  @Test func licencesAreRepeatedByKnownNamesAlone() {
    #expect(LicenceName.shared("cc by 4.0") == "CC-BY-4.0")
    #expect(LicenceName.shared("MIT") == "MIT" && LicenceName.shared("") == "")
    #expect(LicenceName.shared("MIT of Somebody") == "stated, withheld")
  }

  @Test func equalKeysOfAPageAreMadeDifferent() {
    let picture = Picture(
      "Same key", "title", summary: "summary", canvas: SVGCanvas(), height: 10,
      table: ReportTable([ReportColumn("a")]))
    let page = Page(
      title: "t", lead: "l", footer: "f",
      sections: [
        Page.Section(key: "same-key", title: "A", blocks: [.pictures([picture, picture])]),
        Page.Section(key: "empty", title: "B", blocks: []),
      ])
    #expect(page.pictures.map(\.key) == ["same-key-2", "same-key-3"])
    #expect(page.sections.count == 1)
  }
}
