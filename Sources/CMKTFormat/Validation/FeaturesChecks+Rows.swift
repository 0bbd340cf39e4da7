import Tensors

/// The checks of modalities and targets: rows, validity, labels.
extension FeaturesChecks {
  mutating func check(_ modality: Modality, rowCount: Int, at path: String) {
    checkRows(of: modality, rowCount, at: path)
    checkNames(modality.featureNames, .featureNames, at: path + "/feature_names")
    checkFinite(modality.values.elements, columns: modality.featureCount, at: path + "/values")
    for (name, seconds) in [("hop_s", modality.hopSeconds), ("window_s", modality.windowSeconds)] {
      if let seconds, !(seconds > 0 && seconds.isFinite) {
        report(.positiveDurations, "\(path)@\(name)", "expected seconds above 0, found \(seconds)")
      }
    }
    let fitted = Set(modality.fittedOn)
    let table = file.sequences
    for split in [Split.valid, .test] {
      let hits = table.ids.indices.filter {
        table.splits[$0] == split && fitted.contains(table.ids[$0])
      }
      if !hits.isEmpty {
        report(
          .contaminatedSplit, path + "/fitted_on",
          "\(hits.count) sequences of \(split.rawValue) were used to fit the extractor",
          remedy: "Scores on that split are too good.")
      }
    }
  }

  private mutating func checkRows(of modality: Modality, _ rowCount: Int, at path: String) {
    if modality.level == .own {
      guard let axis = modality.ownAxis else {
        report(.ownAxis, path + "/offset", "expected offsets for level own, found none")
        return
      }
      check(
        offsets: axis.offsets, count: file.sequences.count, end: rowCount,
        at: path + "/offset")
      if let intervals = axis.intervals { check(intervals: intervals, at: path + "/interval") }
    } else if modality.ownAxis != nil {
      report(
        .ownAxis, path + "/offset", "expected offsets with level own only, found \(modality.level)")
    } else {
      checkRowCount(rowCount, modality.level, at: path)
    }
  }

  private mutating func checkRowCount(_ count: Int, _ level: Level, at path: String) {
    guard let expected = file.rowCount(of: level) else {
      report(
        .level, path + "@level", "expected an existing segment table, found \"\(level)\"")
      return
    }
    if count != expected {
      report(
        .rowCount, path + "/values",
        "expected \(expected) rows for level \(level), found \(count)")
    }
  }

  private mutating func checkFinite(_ values: [Float], columns: Int, at path: String) {
    guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
    findings.append(Self.notFinite(values[index], index, columns: columns, at: path))
  }

  /// The finding that element `index` of the values at `path` is `value`.
  static func notFinite(_ value: Float, _ index: Int, columns: Int, at path: String) -> Finding {
    let (row, column) = index.quotientAndRemainder(dividingBy: max(1, columns))
    return Finding(
      .finiteValues, path,
      "expected finite values, found \(value) in row \(row), column \(column)",
      remedy: "Impute it and mark it as not valid.")
  }

  // MARK: Targets

  mutating func check(_ target: Target, _ name: String) {
    let path = "/targets/\(name)"
    if target.level == .own {
      report(.level, path + "@level", "expected frame, segment:<s> or sequence, found own")
    } else {
      checkRowCount(target.rowCount, target.level, at: path)
    }
    checkFinite(target.values.elements, columns: target.columnCount, at: path + "/values")
    checkClassCount(of: target, at: path)
    checkLabels(of: target, at: path)
    if !(target.delaySeconds.isFinite && target.delaySeconds >= 0) {
      report(
        .positiveDurations, path + "@delay_s",
        "expected seconds of 0 or more, found \(target.delaySeconds)")
    }
    if let raters = target.raters {
      checkNames(raters.names, .featureNames, at: path + "/raters/names")
      checkFinite(
        raters.values.elements, columns: target.columnCount, at: path + "/raters/values")
    }
    checkDerivation(of: target, at: path)
  }

  private mutating func checkClassCount(of target: Target, at path: String) {
    let fits =
      switch target.kind {
      case .binary: target.classCount == 2 && target.columnCount == 1
      case .classes: (2...1 << 24).contains(target.classCount) && target.columnCount == 1
      case .regression, .multilabel: target.classCount == 0 && target.columnCount >= 1
      }
    if !fits {
      report(
        .classCount, path + "@class_count",
        "expected classes and columns that fit \(target.kind.rawValue), found \(target.classCount) and \(target.columnCount)"
      )
    }
    let expected = target.classCount == 0 ? target.columnCount : target.classCount
    if !target.names.isEmpty, target.names.count != expected {
      report(
        .classCount, path + "/names",
        "expected \(expected) names or none, found \(target.names.count)")
    }
  }

  private mutating func checkLabels(of target: Target, at path: String) {
    let values = target.values.elements
    let columns = target.columnCount
    // A number of classes that cannot be is a finding of its own.
    guard target.kind != .classes || (2...1 << 24).contains(target.classCount) else { return }
    let highest = target.kind == .classes ? target.classCount - 1 : 1
    for row in 0..<target.rowCount where target.valid[row] {
      for value in values[row * columns..<(row + 1) * columns] {
        if target.kind != .regression,
          value != value.rounded() || !(0...Float(highest)).contains(value)
        {
          report(
            .targetValues, path + "/values",
            "expected whole numbers from 0 to \(highest), found \(value) in row \(row)")
          return
        }
        if let range = target.range, !range.contains(Double(value)) {
          report(
            .targetRange, path + "/values",
            "expected values in \(range.lowerBound) to \(range.upperBound), found \(value) in row \(row)"
          )
          return
        }
      }
    }
  }

  private mutating func checkDerivation(of target: Target, at path: String) {
    guard !target.sourceTarget.isEmpty else { return }
    guard let source = file.targets[target.sourceTarget], source.rowCount == target.rowCount,
      source.level == target.level
    else {
      report(
        .derivedTarget, path + "@source_target",
        "expected a target with the same rows, found \"\(target.sourceTarget)\"")
      return
    }
    guard let threshold = target.threshold, target.kind == .binary, source.columnCount == 1 else {
      return
    }
    for row in 0..<target.rowCount where target.valid[row] && source.valid[row] {
      let expected: Float = Double(source.values.elements[row]) >= threshold ? 1 : 0
      if target.values.elements[row] != expected {
        report(
          .derivedTarget, path + "/values",
          "expected \(Int(expected)) in row \(row), as \(target.sourceTarget) ≥ \(threshold) gives, found \(target.values.elements[row])"
        )
        return
      }
    }
  }
}

/// What the provenance breaks.
enum ProvenanceChecks {
  static func findings(in provenance: Provenance) -> [Finding] {
    let texts =
      provenance.sources.map { ("/provenance/sources/name", $0.name) }
      + provenance.steps.map { ("/provenance/steps/command", $0.command) }
    return texts.compactMap { path, text in
      let words = text.split(whereSeparator: { " =,\"'".contains($0) })
      guard
        let word = words.first(where: { $0.hasPrefix("/") && $0.count > 1 && !$0.hasPrefix("//") })
      else {
        return nil
      }
      return Finding(
        .provenanceText, path, "expected base names, found the absolute path \(word)")
    }
  }
}
