import Codecs

/// A family of tables whose columns have known meanings.
///
/// Adding one is a row in `all` and in the table of formats.
struct TableFamily: Sendable {
  /// The name of the format.
  let name: String
  /// The name of the modality where the user gives none; nil for that of the source.
  let modality: String?
  /// Whether every table that no other family knows is of this one.
  var takesAny = false
  /// Whether a table is of this family, by the names of its columns.
  let recognises: @Sendable (TextTable) -> Bool
  /// What the columns of such a table are for.
  let layout: @Sendable (TextTable, ReadingOptions, String) throws(ImportFailure) -> TableLayout
}

/// What the columns of a table are for.
struct TableLayout: Sendable, Equatable {
  /// A column that is no feature since one of its cells is no number.
  struct LeftOut: Sendable, Equatable {
    let column: Int
    let line: Int
    let cell: String
  }

  /// The column that names the instance of each row.
  var instance: Int?
  /// Whether the names of the instances are whole numbers.
  var hasNumberedInstances = false
  /// The column with the time of each row, and the seconds in one unit of it.
  var time: Int?
  var timeUnitSeconds = 1.0
  /// Rows of several faces, told apart by this column, of which one face is kept.
  var face: Int?
  /// How sure the extractor is of a row, from 0 to 1.
  var confidence: Int?
  /// Whether the extractor found what it looked for: 1 or 0.
  var success: Int?
  /// The column with the length of the window of each row, seconds.
  var windowLength: Int?
  /// The columns that become features.
  var features: [Int] = []
  /// Columns that might be expected to hold numbers, and do not.
  var leftOut: [LeftOut] = []
  var extractor = ""
  /// Where in its window the time of a row lies; empty where unknown.
  var anchor = ""
  /// A longer step between two rows is a gap, seconds; nil where every row lasts to the next one.
  var maximumGapSeconds: Double?
  /// Whether rows follow at equal steps, so that a step of more than half as much again is a gap.
  var isSteady = false
  /// A cell that stands for nothing, beside those that always do.
  var missingValue: String?

  /// Columns that are read but become no features.
  var guides: [Int] {
    [instance, time, face, confidence, success, windowLength].compactMap { $0 }
  }
}

extension TextTable {
  /// The first column called `name`, letter case aside.
  func column(_ name: String) -> Int? { columns(named: name).first }

  /// The first column called one of `names`.
  func column(anyOf names: [String]) -> Int? {
    names.lazy.compactMap { column($0) }.first
  }
}
