import HDF5
import Tensors

extension TrainingState {
  /// Adds `/state` to `document`; see the section *Checkpoints* of the specification.
  func encode(into document: inout Document) {
    document.addGroup("/state")
    document.addGroup("/state/finished")
    for (index, stage) in finished.enumerated() {
      let path = "/state/finished/\(index)"
      document.addGroup(path, attributes: [.text("stage", stage.name)])
      document.add(stage.parameters, at: path + "/parameters")
      document.add(stage.history, at: path + "/history")
    }
    running?.encode(into: &document)
  }

  /// Decodes `/state`; nil where there is none.
  init?(decoding content: inout FileContent) throws(HDF5Failure) {
    guard content.has("/state") else { return nil }
    self.init()
    // The names are numbers, which byte order does not sort.
    for name in content.names(in: "/state/finished").sorted(by: precedesAsNumber) {
      let path = "/state/finished/\(name)"
      finished.append(
        FinishedStage(
          name: content.text("stage", of: path),
          parameters: try content.tensors(in: path + "/parameters"),
          history: try content.curves(in: path + "/history")))
    }
    running = try RunningStage(decoding: &content)
  }
}

private func precedesAsNumber(_ left: String, _ right: String) -> Bool {
  (Int(left) ?? .max, left) < (Int(right) ?? .max, right)
}

extension RunningStage {
  private static let path = "/state/running"

  fileprivate func encode(into document: inout Document) {
    let path = Self.path
    let counts = [
      ("epoch", epoch), ("batch", batch), ("step", step), ("updates", updates),
      ("best_epoch", bestEpoch), ("stale_epochs", staleEpochs),
      ("stale_since_change", staleSinceChange),
    ]
    document.addGroup(
      path,
      attributes: [
        .text("stage", name), Attribute("best_loss", bestLoss),
        Attribute("rate_factor", rateFactor),
      ] + counts.map { Attribute($0.0, Int64($0.1)) })
    document.add(parameters, at: path + "/parameters")
    document.add(moments, at: path + "/moments")
    document.add(best, at: path + "/best")
    document.add(history, at: path + "/history")
    document.addGroup(path + "/sums")
    document.add(sums.map(\.name), at: path + "/sums/name")
    let columns = [
      ("weight", sums.map(\.weight)), ("sum", sums.map(\.sum)), ("count", sums.map(\.count)),
    ]
    for (name, values) in columns {
      document.add(values, shape: [values.count], at: "\(path)/sums/\(name)")
    }
  }

  fileprivate init?(decoding content: inout FileContent) throws(HDF5Failure) {
    let path = Self.path
    guard content.has(path) else { return nil }
    self.init(
      name: content.text("stage", of: path),
      parameters: try content.tensors(in: path + "/parameters"))
    func count(_ name: String) -> Int { content.integer(name, of: path) ?? 0 }
    epoch = count("epoch")
    batch = count("batch")
    step = count("step")
    updates = count("updates")
    bestEpoch = count("best_epoch")
    staleEpochs = count("stale_epochs")
    staleSinceChange = count("stale_since_change")
    bestLoss = content.reals("best_loss", of: path)?.first ?? .infinity
    rateFactor = content.reals("rate_factor", of: path)?.first ?? 1
    moments = try content.tensors(in: path + "/moments")
    best = try content.tensors(in: path + "/best")
    history = try content.curves(in: path + "/history")
    let weights = try content.doubles(path + "/sums/weight")
    let totals = try content.doubles(path + "/sums/sum")
    let counts = try content.doubles(path + "/sums/count")
    for (index, name) in try content.strings(path + "/sums/name").enumerated() {
      sums.append(
        TermSum(
          name: name, weight: weights[index], sum: totals[index], count: counts[index]))
    }
  }
}

extension Document {
  /// Adds the group `path` with a dataset for each of `tensors`.
  mutating func add(_ tensors: [NamedTensor], at path: String) {
    addGroup(path)
    for named in tensors {
      add(named.tensor.elements, shape: named.tensor.shape, at: "\(path)/\(named.name)")
    }
  }

  /// Adds the group `path` with a dataset for each of `curves`.
  mutating func add(_ curves: [HistoryCurve], at path: String) {
    addGroup(path)
    for curve in curves {
      add(curve.values, shape: [curve.values.count], at: "\(path)/\(curve.name)")
    }
  }
}

extension FileContent {
  /// The float32 datasets in `group`, at any depth, named by their paths below it.
  func tensors(in group: String) throws(HDF5Failure) -> [NamedTensor] {
    var tensors: [NamedTensor] = []
    for name in datasets(in: group) {
      tensors.append(NamedTensor(name: name, tensor: try tensor("\(group)/\(name)")))
    }
    return tensors
  }

  /// The float64 datasets in `group`, at any depth, named by their paths below it.
  func curves(in group: String) throws(HDF5Failure) -> [HistoryCurve] {
    var curves: [HistoryCurve] = []
    for name in datasets(in: group) {
      curves.append(HistoryCurve(name: name, values: try doubles("\(group)/\(name)")))
    }
    return curves
  }

  /// The paths, below `group`, of all datasets in it at any depth.
  private func datasets(in group: String) -> [String] {
    inventory.objects.compactMap { object in
      guard object.info != nil, isWithin(object.path, group) else { return nil }
      return String(object.path.dropFirst(group.count + 1))
    }
  }
}
