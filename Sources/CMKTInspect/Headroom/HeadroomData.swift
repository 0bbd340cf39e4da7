import CMKTEngine
import CMKTFormat
import Tensors

/// The rows of a features file that a request is about, and their parts.
struct HeadroomData {
  let source: ViewSource
  let request: HeadroomRequest
  private let views: ViewRows
  private let plan: SplitPlan
  /// The sequences that judge, where it is not the training split that does.
  private let judged: [Int]
  let target: Target
  private let weak: Matrix
  private let strong: Matrix

  /// - Throws: `unknownName`, `usage`, and what the engine refuses of the data.
  init(_ request: HeadroomRequest) throws(InspectFailure) {
    self.request = request
    guard request.weak != request.strong else {
      throw .usage(
        reason: "'\(request.weak)' is both the weak and the strong modality",
        remedy: "name two different ones with --weak and --strong")
    }
    guard request.split != .all else {
      throw .usage(
        reason: "probes that are fitted on split train cannot be judged on all",
        remedy: "choose --split train, valid or test")
    }
    let source = try ViewSource(
      modelPath: nil, featuresPath: request.featuresPath,
      between: ViewSpecification(.modality(request.weak)),
      and: ViewSpecification(.modality(request.strong)), threads: request.threads)
    self.source = source
    let (target, axis, plan) = try engineering { () throws(EngineFailure) in
      let target = try source.features.usableTarget(named: request.target)
      return (
        target,
        try source.features.rowAxis(of: target.level, at: "/targets/\(request.target)"),
        try SplitPlan(of: source.features.sequences, fraction: 0)
      )
    }
    self.target = target
    self.plan = plan
    judged = request.split == .train ? [] : try source.sequences(of: request.split)
    let used = Set(plan.train + plan.unlabelled + judged)
    views = try source.rows(
      of: source.features.sequences.ids.indices.filter(used.contains), meetingAtLeast: axis)
    (weak, strong) = try Self.expanded(views, request)
  }

  private static func expanded(
    _ views: ViewRows, _ request: HeadroomRequest
  ) throws(InspectFailure) -> (Matrix, Matrix) {
    guard request.contextSeconds > 0 else { return (views.first, views.second) }
    guard let seconds = views.seconds else {
      throw .usage(
        reason: "--context counts seconds, and the rows of \(request.featuresPath) have no times",
        remedy: "leave out --context, or import with times")
    }
    let window = ContextWindow(radiusSeconds: request.contextSeconds)
    return (
      window.expanded(views.first, seconds: seconds, sequences: views.sequences),
      window.expanded(views.second, seconds: seconds, sequences: views.sequences)
    )
  }

  /// Whether the rows are frames, which a recurrent encoder would see together.
  var isOnFrames: Bool { views.axis.level == .frame }

  /// The rows with the target moved back by `delaySeconds`; nil for the file's delay.
  ///
  /// - Throws: `tooFewGroups`, and what the engine refuses of the target.
  func rows(delaySeconds: Double?) throws(InspectFailure) -> (
    rows: HeadroomRows, target: ProbeTarget
  ) {
    let values = try source.target(request.target, beside: views, delaySeconds: delaySeconds)
    let target = ProbeTarget(values, kind: target.kind, classCount: target.classCount)
    return (try rows(of: target), target)
  }

  /// - Throws: `tooFewGroups`.
  private func rows(of target: ProbeTarget) throws(InspectFailure) -> HeadroomRows {
    let table = source.features.sequences
    var names: [String] = []
    var numbers: [String: Int] = [:]
    let groups = views.sequences.map { sequence in
      let name = table.group(of: sequence)
      if let number = numbers[name] { return number }
      numbers[name] = names.count
      names.append(name)
      return names.count - 1
    }
    let training = Set(plan.train)
    let judging = Set(judged)
    // Folds are of groups with a label; others fit only what needs none.
    let labelled = Set(
      views.sequences.indices.filter {
        training.contains(views.sequences[$0]) && !target.values[$0, 0].isNaN
      }.map { groups[$0] })
    try check(labelled.count, target, judging)
    let foldCount = min(request.foldCount, labelled.count)
    var stream = RandomStream(seed: request.seed, purpose: "headroom/folds")
    let order = stream.permutation(labelled.count)
    let folds = Dictionary(
      uniqueKeysWithValues: zip(order.map { labelled.sorted()[$0] }, 0..<labelled.count)
    ).mapValues { $0 % foldCount }
    let roles = views.sequences.indices.map { row -> RowRole in
      if judging.contains(views.sequences[row]) { return .judged }
      return folds[groups[row]].map(RowRole.fold) ?? .unlabelled
    }
    return HeadroomRows(
      weak: weak, strong: strong, target: scaled(target, training), groups: groups,
      groupNames: names, roles: roles, foldCount: foldCount)
  }

  /// Continuous columns by their standard deviation over the labelled rows of training, so that
  /// several count alike; a ratio of squares does not change by it.
  private func scaled(_ target: ProbeTarget, _ training: Set<Int>) -> Matrix {
    var values = target.values
    guard target.kind == .regression else { return values }
    for column in 0..<values.columns {
      let known = views.sequences.indices
        .filter { training.contains(views.sequences[$0]) && !values[$0, column].isNaN }
        .map { values[$0, column] }
      let mean = known.reduce(0, +) / Double(max(1, known.count))
      let variance =
        known.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, known.count))
      guard variance > 0 else { continue }
      for row in 0..<values.rows {
        values[row, column] = (values[row, column] - mean) / variance.squareRoot()
      }
    }
    return values
  }

  private func check(
    _ groupCount: Int, _ target: ProbeTarget, _ judging: Set<Int>
  ) throws(InspectFailure) {
    guard groupCount >= 3 else {
      throw .tooFewGroups(
        split: "train", found: groupCount, needed: 3,
        remedy: "import more recordings, or choose a target that more of them have")
    }
    let table = source.features.sequences
    let judgedGroups = Set(
      views.sequences.indices.filter {
        judging.contains(views.sequences[$0]) && !target.values[$0, 0].isNaN
      }.map { table.group(of: views.sequences[$0]) })
    guard request.split == .train || judgedGroups.count >= 2 else {
      throw .tooFewGroups(
        split: request.split.rawValue, found: judgedGroups.count, needed: 2,
        remedy: "choose another --split, or import labels for it")
    }
  }

  /// Why the figures are no fair estimate for new data.
  var marks: [EvaluationMark] {
    let sequences = request.split == .train ? plan.train : judged
    let ids = Set(sequences.map { source.features.sequences.ids[$0] })
    let isContaminated = [request.weak, request.strong].contains { name in
      !ids.isDisjoint(with: source.features.modalities[name]?.fittedOn ?? [])
    }
    return (request.delay == .search ? [.selected] : []) + (isContaminated ? [.contaminated] : [])
  }

  /// Groups that stand both in what fits and in what judges.
  var sharedGroupCount: Int {
    let table = source.features.sequences
    return Set(plan.train.map(table.group(of:)))
      .intersection(judged.map(table.group(of:))).count
  }
}
