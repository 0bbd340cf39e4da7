/// A value in a report, for programs.
package enum ReportValue: Sendable, Equatable {
  case missing
  case flag(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([ReportValue])
}

/// A value for programs beside its wording for people.
package struct ReportCell: Sendable, Equatable {
  package var value: ReportValue
  package var text: String

  package init(_ value: ReportValue, _ text: String) {
    self.value = value
    self.text = text
  }

  /// A text; a dash for people where it is empty.
  package static func text(_ text: String) -> ReportCell {
    ReportCell(.text(text), text.isEmpty ? "–" : text)
  }

  /// A text; for people its first `limit` characters.
  package static func text(_ text: String, limit: Int) -> ReportCell {
    text.count > limit
      ? ReportCell(.text(text), text.prefix(limit - 1) + "…") : ReportCell.text(text)
  }

  /// A whole number; a dash for people where it is nil.
  package static func count(_ count: Int?) -> ReportCell {
    guard let count else { return ReportCell(.missing, "–") }
    return ReportCell(.integer(count), Wording.count(count))
  }

  /// A number to four significant digits; a dash for people where it is nil.
  package static func number(_ number: Double?) -> ReportCell {
    guard let number else { return ReportCell(.missing, "–") }
    return ReportCell(.number(number), Wording.number(number))
  }

  /// A number with `decimals` digits after the point; a dash for people where it is nil.
  package static func fixed(_ number: Double?, _ decimals: Int = 3) -> ReportCell {
    guard let number else { return ReportCell(.missing, "–") }
    return ReportCell(.number(number), Wording.fixed(number, decimals))
  }

  /// A share between 0 and 1, in percent for people.
  package static func share(_ share: Double) -> ReportCell {
    ReportCell(.number(share), Wording.percent(share))
  }

  /// `yes` or `no`.
  package static func flag(_ flag: Bool) -> ReportCell {
    ReportCell(.flag(flag), flag ? "yes" : "no")
  }

  /// Numbers, for people as a line of blocks from the smallest to the largest.
  package static func curve(_ numbers: [Double], width: Int = 32) -> ReportCell {
    ReportCell(
      .list(numbers.map { $0.isFinite ? .number($0) : .missing }),
      Blocks.curve(numbers, width: width))
  }
}

/// One line of a section: a name and a value.
package struct ReportFact: Sendable, Equatable {
  /// For programs: lower case with underscores.
  package var key: String
  package var label: String
  package var cell: ReportCell

  package init(_ key: String, _ label: String, _ cell: ReportCell) {
    self.key = key
    self.label = label
    self.cell = cell
  }
}

/// One column of a table.
package struct ReportColumn: Sendable, Equatable {
  package var key: String
  package var title: String
  package var isNumeric: Bool
  /// Left out of what people see; programs get it.
  package var isDetail: Bool

  package init(
    _ key: String, _ title: String? = nil, isNumeric: Bool = false, isDetail: Bool = false
  ) {
    self.key = key
    self.title = title ?? key
    self.isNumeric = isNumeric
    self.isDetail = isDetail
  }
}

/// Rows of equal make.
package struct ReportTable: Sendable, Equatable {
  package var columns: [ReportColumn]
  /// As many cells in each row as there are columns.
  package var rows: [[ReportCell]]
  /// As many are shown to people; nil for all.
  package var shownRowCount: Int?
  /// The widest that lines are for people, in characters: long texts are cut; nil for any width.
  package var shownWidth: Int?
  /// Cells from this column on stand on lines of their own for people: sentences; nil for none.
  package var stackedFrom: Int?

  package init(
    _ columns: [ReportColumn], rows: [[ReportCell]] = [], shownRowCount: Int? = nil,
    shownWidth: Int? = nil, stackedFrom: Int? = nil
  ) {
    self.columns = columns
    self.rows = rows
    self.shownRowCount = shownRowCount
    self.shownWidth = shownWidth
    self.stackedFrom = stackedFrom
  }
}

/// A part of a report with a heading.
package struct ReportSection: Sendable, Equatable {
  package enum Body: Sendable, Equatable {
    case facts([ReportFact])
    case table(ReportTable)
  }

  package var key: String
  package var title: String
  package var body: Body
  /// Sentences below the body.
  package var notes: [String]
  /// Left out of what people see; programs get it.
  package var isDetail = false

  package init(_ key: String, _ title: String, _ body: Body, notes: [String] = []) {
    self.key = key
    self.title = title
    self.body = body
    self.notes = notes
  }
}

/// What a command found out: one content, shown as text or as JSON.
package struct Report: Sendable, Equatable {
  package var sections: [ReportSection]

  package init(_ sections: [ReportSection] = []) {
    self.sections = sections
  }
}
