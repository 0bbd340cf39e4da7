/// The lines of one part's correlations.
enum CorrelationTable {
  static let columns =
    [
      ReportColumn("component", isNumeric: true), ReportColumn("correlation", isNumeric: true),
      ReportColumn("low", "95 % from", isNumeric: true),
      ReportColumn("high", "to", isNumeric: true),
      ReportColumn("effective_rows", "eff. n", isNumeric: true),
    ]
    + NullHypothesis.allCases.flatMap { null in
      [
        ReportColumn("\(null.rawValue)_observed", isNumeric: true, isDetail: true),
        ReportColumn("\(null.rawValue)_null_median", isNumeric: true, isDetail: true),
        ReportColumn("\(null.rawValue)_null_95", "\(null.rawValue) 95 %", isNumeric: true),
        ReportColumn("\(null.rawValue)_p", "p", isNumeric: true),
      ]
    }

  static func rows(of estimates: CorrelationEstimates) -> [[ReportCell]] {
    let count = estimates.correlations.count
    let intervals = estimates.intervals
    func interval(_ index: Int) -> [ReportCell] {
      let found = index < intervals.count ? intervals[index] : nil
      return [.fixed(found?.low), .fixed(found?.high)]
    }
    var mean = [ReportCell.text("mean"), .fixed(estimates.mean)] + interval(count)
    mean.append(.count(nil))
    for null in NullHypothesis.allCases {
      mean += cells(estimates.nulls[null]?.mean, p: estimates.nulls[null]?.mean.pValue)
    }
    return [mean]
      + (0..<count).map { rank in
        let effective = estimates.effectiveCounts
        var row = [ReportCell.count(rank + 1), .fixed(estimates.correlations[rank])]
        row += interval(rank)
        row.append(.number(rank < effective.count ? effective[rank].rounded() : nil))
        for null in NullHypothesis.allCases {
          let lines = estimates.nulls[null]?.components ?? []
          row += cells(
            rank < lines.count ? lines[rank] : nil, p: estimates.nulls[null]?.pValue(of: rank))
        }
        return row
      }
  }

  private static func cells(_ line: NullLine?, p: Double?) -> [ReportCell] {
    [.fixed(line?.observed), .fixed(line?.median), .fixed(line?.quantile95), .number(p)]
  }
}
