import Codecs

/// What is learnt of a table before its rows are read.
struct TableSurvey: Sendable {
  /// Some rows on end, of one instance.
  struct Run: Sendable, Equatable {
    let instance: String
    let start: TextPlace
    var count: Int
  }

  /// In the order of the file; one with an empty name where no column names instances.
  var runs: [Run] = []
  /// The face whose rows are kept; nil where all rows are.
  var face: Double?
  var rowCount = 0
  var keptRowCount = 0
  /// The usual step between the rows of each recording that has two with times, seconds.
  var stepsSeconds: [Double] = []
  /// The length of the first row's window, seconds.
  var windowSeconds: Double?
  var hasRows = false
  /// Whether an instance has more than one row.
  var hasSeveralRows = false
  /// Whether a name is in bytes that are no UTF-8.
  var isForeign: Bool

  /// Goes through `file` once, past the features.
  ///
  /// - Throws: `ImportFailure`.
  init(_ file: TableFile) throws(ImportFailure) {
    isForeign = file.table.hasForeignNames
    do throws(CodecFailure) {
      try sample(file)
      try findRuns(file)
      try chooseFace(file)
    } catch {
      throw ImportFailure(error, source: file.path)
    }
    if runs.isEmpty {
      runs = [Run(instance: "", start: file.table.firstPlace, count: .max)]
    }
  }

  /// What the first rows tell.
  private mutating func sample(_ file: TableFile) throws(CodecFailure) {
    let layout = file.layout
    var rows = try file.table.rows(
      numbers: [layout.time, layout.windowLength].compactMap { $0 })
    var times: [Double] = []
    var count = 0
    while count < RowTimes.sampleCount, try rows.next() {
      count += 1
      if layout.time != nil { times.append(rows.numbers[0] * layout.timeUnitSeconds) }
      if count == 1, layout.windowLength != nil { windowSeconds = rows.numbers.last }
    }
    hasRows = count > 0
    guard layout.instance == nil else { return }
    hasSeveralRows = count > 1
    if layout.face == nil, let step = RowTimes.step(of: times) { stepsSeconds = [step] }
  }

  private mutating func findRuns(_ file: TableFile) throws(CodecFailure) {
    guard let instance = file.layout.instance else { return }
    var rows = try file.table.rows(
      numbers: [file.layout.time].compactMap { $0 }, texts: [instance])
    var place = rows.place
    var times: [String: [Double]] = [:]
    while try rows.next() {
      let name = rows.texts[0]
      if let last = runs.last, last.instance == name {
        runs[runs.count - 1].count += 1
        hasSeveralRows = true
      } else {
        runs.append(Run(instance: name, start: place, count: 1))
        hasSeveralRows = hasSeveralRows || times[name] != nil
      }
      if times[name, default: []].count < RowTimes.sampleCount {
        times[name, default: []] += rows.numbers.map { $0 * file.layout.timeUnitSeconds }
      }
      place = rows.place
    }
    isForeign = isForeign || rows.isForeign
    stepsSeconds = times.values.compactMap { RowTimes.step(of: $0) }
  }

  /// Chooses the face that was seen most surely and longest.
  private mutating func chooseFace(_ file: TableFile) throws(CodecFailure) {
    struct Sum {
      var confidence = 0.0
      var count = 0
      var times: [Double] = []
    }
    let layout = file.layout
    guard let face = layout.face else { return }
    let guides = [face, layout.confidence, layout.success, layout.time].compactMap { $0 }
    // Where each of them stands among the numbers of a row.
    func slot(_ column: Int?) -> Int? { column.flatMap { guides.firstIndex(of: $0) } }
    let (confidence, success) = (slot(layout.confidence), slot(layout.success))
    let time = slot(layout.time)
    var rows = try file.table.rows(numbers: guides)
    var sums: [Double: Sum] = [:]
    while try rows.next() {
      rowCount += 1
      let numbers = rows.numbers
      guard numbers[0].isFinite else { continue }
      let sureness = confidence.map { numbers[$0] } ?? 1
      let isFound = success.map { numbers[$0] > 0 } ?? true
      sums[numbers[0], default: Sum()].confidence += isFound && sureness.isFinite ? sureness : 0
      sums[numbers[0], default: Sum()].count += 1
      if let time, (sums[numbers[0]]?.times.count ?? 0) < RowTimes.sampleCount {
        sums[numbers[0]]?.times.append(numbers[time] * layout.timeUnitSeconds)
      }
    }
    // Of equal ones that with the lower number, so that the choice is the same each time.
    let best = sums.max { first, second in
      (first.value.confidence, -first.key) < (second.value.confidence, -second.key)
    }
    self.face = sums.count > 1 ? best?.key : nil
    keptRowCount = best?.value.count ?? 0
    stepsSeconds = [best.flatMap { RowTimes.step(of: $0.value.times) }].compactMap { $0 }
  }
}
