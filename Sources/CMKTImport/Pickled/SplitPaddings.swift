import Codecs

/// Which rows of each sample are no padding: by lengths where the file gives them, by the mask of
/// the tokens, else by rows of zeros.
struct SplitPaddings {
  /// Whether row *i* of all modalities belongs together.
  let isAligned: Bool
  /// By modality and split, for each sample.
  private(set) var ranges: [[[Range<Int>]]]

  private let dictionary: SplitDictionary

  init(_ dictionary: SplitDictionary, _ ledger: inout Ledger) throws(ImportFailure) {
    self.dictionary = dictionary
    let timed = dictionary.modalities.filter { !$0.isFlat }
    let hasLengths = dictionary.parts.contains { $0.keys.contains { $0.hasSuffix("_lengths") } }
    isAligned =
      !hasLengths
      && dictionary.parts.indices.allSatisfy { part in
        let lengths = timed.compactMap { $0.samples[part] }
        return lengths.allSatisfy { $0.paddedLength == lengths[0].paddedLength }
          && (lengths.first.map { $0.paddedLength != nil } ?? true || Self.meet(lengths))
      }
    ranges = dictionary.modalities.map { modality in
      modality.samples.map { samples in
        samples.map { own in (0..<own.count).map { 0..<own.rowCount($0) } } ?? []
      }
    }
    if isAligned { try trimShared(&ledger) } else { try trimEach(&ledger) }
    count(&ledger)
  }

  /// Whether samples of different modalities have equal numbers of rows, one by one.
  private static func meet(_ modalities: [PickledSamples]) -> Bool {
    guard let first = modalities.first else { return true }
    return modalities.allSatisfy { other in
      (0..<first.count).allSatisfy { other.rowCount($0) == first.rowCount($0) }
    }
  }

  // MARK: Aligned

  /// All modalities lose the same rows: those that are zeros in all of them, and no tokens.
  private mutating func trimShared(_ ledger: inout Ledger) throws(ImportFailure) {
    let masks = try tokenMasks()
    let hasMask = masks.contains { $0 != nil }
    var own: [[ZeroRuns]] = []
    for modality in dictionary.modalities where !modality.isFlat {
      guard modality.isPadded else { return }
      // States of a language model are no zeros where there is no token.
      if hasMask, modality.name == "text" { continue }
      own.append(try zeroRuns(of: modality))
    }
    let shared = dictionary.parts.indices.map { part in
      ZeroRuns(shared: own.map { $0[part] }.filter { !$0.rowCounts.isEmpty })
    }
    let all = ZeroRuns(joining: shared)
    let side = all.side
    note(all, "all modalities", &ledger)
    for part in dictionary.parts.indices {
      for sample in 0..<dictionary.counts[part] {
        let range: Range<Int>
        if let mask = masks[part]?[sample] {
          range = shared[part].rowCounts.isEmpty ? mask : shared[part].outer(sample, mask)
        } else if shared[part].rowCounts.isEmpty {
          continue
        } else {
          range = shared[part].range(sample, side)
        }
        for (index, modality) in dictionary.modalities.enumerated() where !modality.isFlat {
          guard let samples = modality.samples[part] else { continue }
          ranges[index][part][sample] = range.clamped(to: 0..<samples.rowCount(sample))
        }
      }
    }
  }

  /// By split; empty for one without the modality.
  private func zeroRuns(
    of modality: SplitDictionary.Modality
  ) throws(ImportFailure) -> [ZeroRuns] {
    var runs: [ZeroRuns] = []
    for samples in modality.samples {
      if let samples { runs.append(try ZeroRuns(samples)) } else { runs.append(ZeroRuns()) }
    }
    return runs
  }

  // MARK: Each by itself

  private mutating func trimEach(_ ledger: inout Ledger) throws(ImportFailure) {
    let masks = try tokenMasks()
    var undecided: [(index: Int, runs: [ZeroRuns])] = []
    var sides: [(name: String, side: PaddingSide)] = []
    for (index, modality) in dictionary.modalities.enumerated() where !modality.isFlat {
      if dictionary.parts.contains(where: { $0.members["\(modality.key)_lengths"] != nil }) {
        try trimByLengths(index, &ledger)
        continue
      }
      if modality.name == "text", masks.contains(where: { $0 != nil }) {
        for part in dictionary.parts.indices {
          guard let mask = masks[part], let samples = modality.samples[part] else { continue }
          ranges[index][part] = mask.enumerated().map {
            $1.clamped(to: 0..<samples.rowCount($0))
          }
        }
        continue
      }
      guard modality.isPadded else { continue }
      let runs = try zeroRuns(of: modality)
      undecided.append((index, runs))
      let joined = ZeroRuns(joining: runs)
      note(joined, modality.name, &ledger)
      if let side = joined.side { sides.append((modality.name, side)) }
    }
    if let first = sides.first, let other = sides.first(where: { $0.side != first.side }) {
      throw dictionary.source.failure(
        "padding", expected: "rows of zeros on the same side of all modalities",
        found: "\(first.name) filled up at the \(first.side.rawValue), \(other.name) at the "
          + other.side.rawValue,
        remedy: "give one of them as a file of its own, or write the lengths into the file")
    }
    for (index, runs) in undecided {
      for part in runs.indices where !runs[part].rowCounts.isEmpty {
        ranges[index][part] = (0..<dictionary.counts[part]).map {
          runs[part].range($0, sides.first?.side)
        }
      }
    }
  }

  /// Rows by `…_lengths`, which stand at the end of the padded array only where the samples that
  /// are looked at clearly have zeros in front of them and none behind.
  private mutating func trimByLengths(_ index: Int, _ ledger: inout Ledger) throws(ImportFailure) {
    let modality = dictionary.modalities[index]
    var lengths: [[Int]] = []
    for (part, samples) in modality.samples.enumerated() {
      guard let samples else {
        lengths.append([])
        continue
      }
      lengths.append(try self.lengths(modality.key, part, samples, &ledger))
    }
    var votes = (front: 0, end: 0)
    for (part, samples) in modality.samples.enumerated() {
      guard let samples else { continue }
      let short = lengths[part].indices.filter { sample in
        lengths[part][sample] > 0 && lengths[part][sample] < samples.rowCount(sample)
      }
      for sample in short.prefix(64) {
        let values = try samples.values(sample)
        let gap = (samples.rowCount(sample) - lengths[part][sample]) * samples.columnCount
        let frontIsZero = values.prefix(gap).allSatisfy { $0 == 0 }
        let endIsZero = values.suffix(gap).allSatisfy { $0 == 0 }
        if frontIsZero, !endIsZero { votes.front += 1 }
        if endIsZero, !frontIsZero { votes.end += 1 }
      }
    }
    let isFront = votes.front > 0 && votes.front >= ZeroRuns.dominance * votes.end
    if !isFront, votes.front > 0 {
      ledger.add(
        "read", modality: modality.name, "samples", .noted,
        "zeros before the rows that lengths count: taken for data", count: votes.front)
    }
    for (part, samples) in modality.samples.enumerated() {
      guard let samples else { continue }
      ranges[index][part] = lengths[part].enumerated().map { sample, length in
        let count = samples.rowCount(sample)
        return isFront ? (count - length)..<count : 0..<length
      }
    }
  }

  private func lengths(
    _ key: String, _ part: Int, _ samples: PickledSamples, _ ledger: inout Ledger
  ) throws(ImportFailure) -> [Int] {
    let place = "\(dictionary.parts[part].place)['\(key)_lengths']"
    guard let value = dictionary.parts[part].members["\(key)_lengths"] else {
      return (0..<samples.count).map { samples.rowCount($0) }
    }
    let matrix = try dictionary.source.matrix(
      value, count: samples.count, place, mostColumns: 1)
    var lengths: [Int] = []
    for (sample, number) in matrix.values.enumerated() {
      guard let length = Int(exactly: number), length >= 0 else {
        throw dictionary.source.failure(
          "\(place)[\(sample)]", expected: "a number of rows", found: "\(number)",
          remedy: "write the lengths as whole numbers")
      }
      let count = samples.rowCount(sample)
      if length > count {
        ledger.add(
          "read", modality: key, "samples", .noted, "cut by its writer: longer than the array",
          example: "\(dictionary.parts[part].place)[\(sample)]: \(length)")
      }
      lengths.append(min(length, count))
    }
    return lengths
  }

  /// By split and sample: from the first to the last token that `text_bert` marks; nil for a split
  /// without tokens of the text's length.
  private func tokenMasks() throws(ImportFailure) -> [[Range<Int>]?] {
    var masks: [[Range<Int>]?] = []
    let text = dictionary.modalities.first { $0.name == "text" && !$0.isFlat }
    for (part, split) in dictionary.parts.enumerated() {
      guard let value = split.members["text_bert"], let text, let samples = text.samples[part],
        let tokens = PickledFinding(
          value, dictionary.source, "\(split.place)['text_bert']"
        ).samples,
        tokens.count == samples.count, !tokens.isFlat, tokens.columnCount == samples.paddedLength,
        tokens.paddedLength == 3
      else {
        masks.append(nil)
        continue
      }
      try dictionary.source.checkSharing([tokens])
      var own: [Range<Int>] = []
      for sample in 0..<tokens.count {
        let mask = try tokens.values(sample)[tokens.columnCount..<(2 * tokens.columnCount)]
        let first = mask.firstIndex { $0 != 0 } ?? mask.startIndex
        let end = mask.lastIndex { $0 != 0 }.map { $0 + 1 } ?? mask.startIndex
        own.append((first - mask.startIndex)..<(max(first, end) - mask.startIndex))
      }
      masks.append(own)
    }
    return masks
  }

  // MARK: Ledger

  private func note(_ runs: ZeroRuns, _ what: String, _ ledger: inout Ledger) {
    guard runs.isAmbiguous else { return }
    ledger.add(
      "read", modality: what == "all modalities" ? "" : what, "samples", .noted,
      "zeros at both ends: not taken for padding", count: runs.rowCounts.count)
  }

  private func count(_ ledger: inout Ledger) {
    for (modality, ranges) in zip(dictionary.modalities, ranges) where !modality.isFlat {
      for (samples, ranges) in zip(modality.samples, ranges) {
        guard let samples else { continue }
        for (sample, range) in ranges.enumerated() {
          let count = samples.rowCount(sample)
          ledger.add("read", modality: modality.name, "rows", .incoming, count: count)
          ledger.add("read", modality: modality.name, "rows", .kept, count: range.count)
          ledger.add(
            "read", modality: modality.name, "rows", .dropped, "padding at the front",
            count: range.lowerBound, example: "\(samples.place)[\(sample)]")
          ledger.add(
            "read", modality: modality.name, "rows", .dropped, "padding at the end",
            count: count - range.upperBound, example: "\(samples.place)[\(sample)]")
        }
      }
    }
  }
}
