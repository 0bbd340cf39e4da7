/// How the seeds of training meet the features files.
package enum SeedPairing: String, CaseIterable, Sendable {
  /// Every seed on every file.
  case crossed
  /// The i-th seed on the i-th file.
  case zipped
}

/// What the figures of a comparison are computed on.
package enum ComparisonProtocol: String, CaseIterable, Sendable {
  /// The splits of the file, or with folds each fold in turn as the validation split.
  case split
  /// Each fold in turn is left out, and everything is fitted and selected on the others.
  case nested
}

/// One training of each method: a seed on a features file.
package struct ComparisonRun: Sendable, Hashable {
  /// The number of the features file.
  package var dataSet: Int
  package var seed: UInt64

  package init(dataSet: Int, seed: UInt64) {
    self.dataSet = dataSet
    self.seed = seed
  }
}

/// One model of a comparison.
package struct ComparisonCell: Sendable, Hashable {
  package var run: ComparisonRun
  package var encoder: String
  package var method: Method
  /// Counted from 1; nil without folds.
  package var fold: Int?

  package init(run: ComparisonRun, encoder: String, method: Method, fold: Int?) {
    self.run = run
    self.encoder = encoder
    self.method = method
    self.fold = fold
  }
}

/// Which models a comparison trains.
package struct ComparisonPlan: Sendable {
  /// The names of the features files, for the names of the models.
  package var dataSets: [String]
  package var encoders: [String]
  package var methods: [Method]
  package var seeds: [UInt64]
  package var pairing: SeedPairing
  package var evaluation: ComparisonProtocol
  /// 1 without folds.
  package var foldCount: Int
  package var weak: String
  package var strong: [String]
  package var targets: [String]
  package var recipe: Recipe

  /// A plan, checked for contradictions; `unimodal`, to which all is compared, comes first.
  ///
  /// - Throws: `badRequest`, and what the requests of its cells throw.
  package init(
    dataSets: [String], encoders: [String], methods: [Method], seeds: [UInt64],
    pairing: SeedPairing, evaluation: ComparisonProtocol, foldCount: Int, weak: String,
    strong: [String], targets: [String], recipe: Recipe
  ) throws(EngineFailure) {
    self.dataSets = dataSets
    self.encoders = encoders.isEmpty ? [recipe.choice(.encoderKind)] : encoders
    self.methods = [.unimodal] + methods.filter { $0 != .unimodal }
    self.seeds = seeds
    self.pairing = pairing
    self.evaluation = evaluation
    self.foldCount = foldCount
    self.weak = weak
    self.strong = strong
    self.targets = targets
    self.recipe = recipe
    try check()
    for cell in cells { _ = try request(of: cell) }
  }

  private func check() throws(EngineFailure) {
    func refuseDoubles(_ names: [String], _ what: String) throws(EngineFailure) {
      guard Set(names).count < names.count else { return }
      throw .badRequest(reason: "\(what) is named twice", remedy: "name each once")
    }
    try refuseDoubles(methods.map(\.rawValue), "a method")
    try refuseDoubles(encoders, "an encoder")
    try refuseDoubles(seeds.map(String.init), "a seed")
    try refuseDoubles(dataSets, "a features file")
    if pairing == .zipped, seeds.count != dataSets.count {
      throw .badRequest(
        reason: "\(seeds.count) seeds are to be paired with \(dataSets.count) features files",
        remedy: "give as many seeds as files, or --seed-pairing crossed")
    }
    if evaluation == .nested, foldCount < 2 {
      throw .badRequest(
        reason: "the nested protocol leaves out one fold after the other",
        remedy: "add --folds with 2 or more")
    }
  }

  /// The trainings of each method, file by file.
  package var runs: [ComparisonRun] {
    switch pairing {
    case .crossed:
      dataSets.indices.flatMap { dataSet in
        seeds.map { ComparisonRun(dataSet: dataSet, seed: $0) }
      }
    case .zipped:
      zip(dataSets.indices, seeds).map { ComparisonRun(dataSet: $0, seed: $1) }
    }
  }

  /// The folds to train, counted from 1; one nil without folds.
  package var folds: [Int?] { foldCount > 1 ? (1...foldCount).map { $0 } : [nil] }

  /// Every model, in the order of work: all methods of a run before the next run.
  package var cells: [ComparisonCell] {
    var cells: [ComparisonCell] = []
    for run in runs {
      for encoder in encoders {
        for method in methods {
          for fold in folds {
            cells.append(ComparisonCell(run: run, encoder: encoder, method: method, fold: fold))
          }
        }
      }
    }
    return cells
  }

  /// The base name of the model file of `cell`, unique within the plan.
  package func fileName(of cell: ComparisonCell) -> String {
    let fold = cell.fold.map { ".fold-\($0)" } ?? ""
    return "\(dataSets[cell.run.dataSet]).\(cell.encoder).\(cell.method.rawValue)"
      + ".seed-\(cell.run.seed)\(fold).h5"
  }

  /// What trains `cell`.
  ///
  /// - Parameter delaySeconds: by target, where a search has found them.
  /// - Throws: as `TrainingRequest`, and `badSetting` for an unknown encoder.
  package func request(
    of cell: ComparisonCell, delaySeconds: [String: Double] = [:]
  ) throws(EngineFailure) -> TrainingRequest {
    var recipe = recipe
    try recipe.set(SettingKey.encoderKind.rawValue, to: cell.encoder)
    var request = try TrainingRequest(
      method: cell.method, weak: weak, strong: cell.method.needsStrong ? strong : [],
      targets: targets, recipe: recipe, seed: cell.run.seed)
    request.delaySeconds = delaySeconds
    return request
  }

  /// The cell that stands for those of its features file and fold where a delay is searched: the
  /// baseline with the first encoder and seed.
  package func delayCell(dataSet: Int, fold: Int?) -> ComparisonCell? {
    cells.first { $0.run.dataSet == dataSet && $0.fold == fold && $0.method == .unimodal }
  }
}
