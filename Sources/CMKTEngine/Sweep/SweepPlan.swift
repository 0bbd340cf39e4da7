package import Tensors

/// What a sweep trains and tries; see `Formats/sweep.md`.
package struct SweepPlan: Sendable, Equatable {
  /// A features file of a sweep.
  package struct Features: Sendable, Equatable {
    /// Relative to the plan.
    package var path: String
    /// The `content` digest; nil where the plan does not say.
    package var content: String?

    package init(path: String, content: String? = nil) {
      self.path = path
      self.content = content
    }
  }

  package var features: [Features]
  package var weak: String
  package var strong: [String]
  package var targets: [String]
  package var methods: [Method]
  /// Empty for the recipe's, or where `search` tries them.
  package var encoders: [String]
  package var seeds: [UInt64]
  package var pairing: SeedPairing
  package var evaluation: ComparisonProtocol
  /// 1 without folds.
  package var foldCount: Int
  /// The settings of all models.
  package var settings: SweepPoint
  /// Nil where only the settings are tried.
  package var search: SweepSearch?
  /// Nil for the best of the machine that begins the sweep.
  package var kernels: KernelLevel?

  private static let keys = [
    "features", "weak", "strong", "targets", "methods", "encoders", "seeds", "seed_pairing",
    "folds", "protocol", "recipe", "search", "kernels",
  ]

  /// The plan in `json`.
  ///
  /// - Throws: `badPlan`, which names the place.
  package init(json: String) throws(EngineFailure) {
    let root = try SweepNode(json: json)
    let members = try root.members(known: Self.keys)
    func required(_ key: String) throws(EngineFailure) -> SweepNode {
      guard let node = members[key] else { throw root.failure("'\(key)' is missing") }
      return node
    }
    features = try Self.features(try required("features"))
    weak = try required("weak").text("the name of a modality")
    strong = []
    if let node = members["strong"] { strong = try Self.strong(node, weak: weak) }
    targets = try required("targets").texts(of: "targets").map(\.text)
    methods = try Self.methods(try required("methods"), strong: strong)
    encoders = try members["encoders"].map(Self.encoders) ?? []
    seeds = try Self.seeds(try required("seeds"))
    foldCount = Int(try members["folds"]?.whole(in: 1...1000) ?? 1)
    pairing = try Self.named(members["seed_pairing"]) ?? .crossed
    evaluation = try Self.named(members["protocol"]) ?? .split
    settings = [:]
    for (key, node) in try members["recipe"]?.settings() ?? [] {
      settings[key] = try node.setting(key)
    }
    if let node = members["search"] { search = try SweepSearch(node) }
    kernels = try members["kernels"].flatMap(Self.kernels)
    try checkTogether(members)
  }

  private static func features(_ node: SweepNode) throws(EngineFailure) -> [Features] {
    if case .text = node.value { return [Features(path: try node.text("a path"))] }
    var features: [Features] = []
    for element in try node.elements(of: "paths") {
      if case .text = element.value {
        features.append(Features(path: try element.text("a path")))
      } else {
        let members = try element.members(known: ["path", "content"])
        guard let path = members["path"] else { throw element.failure("'path' is missing") }
        features.append(
          Features(
            path: try path.text("a path"), content: try members["content"]?.text("a digest")))
      }
      if features.dropLast().contains(where: { $0.path == features.last?.path }) {
        throw element.failure("the path stands twice; give it once")
      }
    }
    return features
  }

  private static func strong(
    _ node: SweepNode, weak: String
  ) throws(EngineFailure) -> [String] {
    let names = try node.texts(of: "modalities")
    for (name, node) in names where name == weak {
      throw node.failure("'\(name)' is both the weak and a strong modality; name two of them")
    }
    return names.map(\.text)
  }

  /// The methods of a plan, `unimodal` among them, checked against its strong modalities.
  private static func methods(
    _ node: SweepNode, strong: [String]
  ) throws(EngineFailure) -> [Method] {
    var methods: [Method] = []
    for (name, node) in try node.texts(of: "methods") {
      guard let method = Method(rawValue: name) else {
        let failure = EngineFailure.unknownName(
          kind: "method", name: name, known: Method.allCases.map(\.rawValue))
        throw node.failure("\(failure)")
      }
      guard !method.needsStrong || !strong.isEmpty else {
        throw node.failure("method \(name) needs a strong modality; add 'strong' to the plan")
      }
      guard !method.plan.deploysStrong || strong.count == 1 else {
        throw node.failure("method \(name) takes one strong modality, the plan has \(strong.count)")
      }
      methods.append(method)
    }
    return methods
  }

  private static func encoders(_ node: SweepNode) throws(EngineFailure) -> [String] {
    let choices = RecipeTable.setting(.encoderKind).kind.choices
    var encoders: [String] = []
    for (_, node) in try node.texts(of: "encoders") {
      encoders.append(try node.choice(of: choices))
    }
    return encoders
  }

  private static func seeds(_ node: SweepNode) throws(EngineFailure) -> [UInt64] {
    var seeds: [UInt64] = []
    for element in try node.elements(of: "whole numbers") {
      let seed = try element.whole(in: 0...(.max))
      guard !seeds.contains(seed) else {
        throw element.failure("\(seed) stands twice; give it once")
      }
      seeds.append(seed)
    }
    return seeds
  }

  private static func named<Choice: CaseIterable & RawRepresentable<String>>(
    _ node: SweepNode?
  ) throws(EngineFailure) -> Choice? {
    guard let node else { return nil }
    return Choice(rawValue: try node.choice(of: Choice.allCases.map(\.rawValue)))
  }

  private static func kernels(_ node: SweepNode) throws(EngineFailure) -> KernelLevel? {
    KernelLevel(rawValue: try node.choice(of: ["auto"] + KernelLevel.allCases.map(\.rawValue)))
  }
}

extension SweepPlan {
  /// What no place alone shows to be wrong.
  private func checkTogether(_ members: [String: SweepNode]) throws(EngineFailure) {
    if pairing == .zipped, seeds.count != features.count {
      throw .badPlan(
        place: "/seeds",
        reason: "\(seeds.count) seeds are to be paired with \(features.count) features files; give "
          + "as many, or leave out seed_pairing")
    }
    if evaluation == .nested, foldCount < 2 {
      throw .badPlan(
        place: "/protocol",
        reason: "nested leaves out one fold after the other; give 'folds' with 2 or more")
    }
    let isNamed = settings[.encoderKind] != nil || searchesEncoders
    if isNamed, !encoders.isEmpty {
      throw .badPlan(
        place: "/encoders",
        reason: "recipe or search set \(SettingKey.encoderKind.rawValue); give one of them")
    }
    for key in settings.keys.sorted(by: { $0.rawValue < $1.rawValue })
    where search?.keys.contains(key) == true {
      throw .badPlan(
        place: "/recipe/\(key.rawValue)", reason: "the search sets it, too; give one of them")
    }
    if let search, search.keys.contains(.validationFraction) {
      let key = SettingKey.validationFraction
      throw .badPlan(
        place: "\(search.place(of: key))/\(key.rawValue)",
        reason: "scores on different validation sequences do not compare; set it in 'recipe'")
    }
    try checkSettingsAreRead()
  }

  /// Whether models of several encoders stand for one method.
  package var searchesEncoders: Bool { search?.keys.contains(.encoderKind) == true }

  /// What is tried beside the settings of all.
  package var points: [SweepPoint] { search?.points ?? [[:]] }

  /// - Throws: `badPlan` for a setting that changes nothing at any point.
  private func checkSettingsAreRead() throws(EngineFailure) {
    let methods = methods.contains(.unimodal) ? methods : [.unimodal] + methods
    // A recipe may list every setting; those at their default say nothing.
    let named = settings.filter { $1 != RecipeTable.setting($0).standard }.map(\.key)
    var unread = Set(named + (search?.keys ?? []))
    var reasons: [SettingKey: String] = [:]
    for point in points {
      guard !unread.isEmpty else { return }
      let recipe = try recipe(at: point)
      for key in unread where settings[key] != nil || point[key] != nil {
        if let reason = recipe.reasonUnread(key, methods: methods, encoders: encoders) {
          reasons[key] = reason
        } else {
          unread.remove(key)
        }
      }
    }
    guard let key = unread.min(by: { $0.rawValue < $1.rawValue }) else { return }
    let start = settings[key] == nil ? search?.place(of: key) : nil
    throw .badPlan(
      place: (start ?? "/recipe") + "/\(key.rawValue)",
      reason: "it has no effect: \(reasons[key] ?? "nothing reads it")")
  }

  /// The recipe of the models at `point`, without the weak modality alone, which is a method.
  package func recipe(at point: SweepPoint) throws(EngineFailure) -> Recipe {
    var recipe = Recipe()
    try recipe.set(SettingKey.compareWeak.rawValue, to: "false")
    for (key, value) in settings.merging(point, uniquingKeysWith: { $1 }) {
      try recipe.set(key.rawValue, to: value.text)
    }
    return recipe
  }

  /// The comparison of the methods at `point`.
  ///
  /// - Throws: `badPlan`.
  package func comparison(
    at point: SweepPoint, place: String = ""
  ) throws(EngineFailure) -> ComparisonPlan {
    do throws(EngineFailure) {
      return try ComparisonPlan(
        dataSets: ComparisonPlan.dataSetNames(ofFiles: features.map(\.path)), encoders: encoders,
        methods: methods, seeds: seeds, pairing: pairing, evaluation: evaluation,
        foldCount: foldCount, weak: weak, strong: strong, targets: targets,
        recipe: try recipe(at: point))
    } catch {
      throw .badPlan(place: place, reason: "\(error)")
    }
  }

  /// Whether `other` is the same plan, wherever the features files lie.
  ///
  /// Kernels and digests that one of the two leaves open do not count.
  package func isSame(as other: SweepPlan) -> Bool {
    func plain(_ plan: SweepPlan) -> SweepPlan {
      var plan = plan
      plan.features = ComparisonPlan.dataSetNames(ofFiles: plan.features.map(\.path))
        .map { Features(path: $0) }
      plan.kernels = nil
      return plan
    }
    let sameContents = zip(features, other.features).allSatisfy { first, second in
      first.content == nil || second.content == nil || first.content == second.content
    }
    let sameKernels = kernels == nil || other.kernels == nil || kernels == other.kernels
    return plain(self) == plain(other) && sameContents && sameKernels
  }
}
