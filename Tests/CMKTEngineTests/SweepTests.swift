import CMKTEngine
import CMKTFormat
import Tensors
import Testing

@Suite struct SweepPlanTests {
  /// A plan with `more` members.
  private func plan(_ more: String = "", methods: String = "[\"cm-stew\"]") throws -> SweepPlan {
    try SweepPlan(
      json: """
        {"features": "a.h5", "weak": "weak", "strong": ["strong"], "targets": ["mood"],
         "methods": \(methods), "seeds": [1, 2]\(more.isEmpty ? "" : ", " + more)}
        """)
  }

  private func expansion(_ plan: SweepPlan) throws -> SweepExpansion {
    try SweepExpansion(
      plan, contents: plan.features.map { "digest of \($0.path)" }, kernels: .portable)
  }

  @Test func aPlanWithoutSearchIsAComparison() throws {
    let expansion = try expansion(plan())
    #expect(expansion.points == [[:]])
    #expect(expansion.cells.map(\.cell.method) == [.cmStew, .cmStew, .unimodal, .unimodal])
    #expect(Set(expansion.cells.map(\.address)).count == 4)
    #expect(expansion.cells.map(\.number) == [0, 1, 2, 3])
    #expect(expansion.cells.allSatisfy { $0.address.count == 32 })
  }

  @Test func gridsCrossTheirLists() throws {
    let plan = try plan(
      "\"search\": {\"grid\": {\"loss.alpha\": [0.1, 1], \"encoder.hidden\": [8, 16, 32]}}")
    #expect(
      plan.points.map(\.text) == [
        "encoder.hidden=8 loss.alpha=0.1", "encoder.hidden=8 loss.alpha=1",
        "encoder.hidden=16 loss.alpha=0.1", "encoder.hidden=16 loss.alpha=1",
        "encoder.hidden=32 loss.alpha=0.1", "encoder.hidden=32 loss.alpha=1",
      ])
    let expansion = try expansion(plan)
    // `unimodal` does not read the weight of the alignment, and is trained once for both.
    #expect(expansion.cells.count == 6 * 2 + 3 * 2)
    #expect(expansion.numbers.map(\.count) == Array(repeating: 4, count: 6))
  }

  @Test func listsStandAsTheyAre() throws {
    let plan = try plan("\"search\": {\"list\": [{}, {\"loss.alpha\": 2}, {\"loss.beta\": 0}]}")
    #expect(plan.points.map(\.text) == ["", "loss.alpha=2", "loss.beta=0"])
  }

  @Test func randomDrawsFollowFromTheSeed() throws {
    func points(_ count: Int, seed: Int, more: String = "") throws -> [SweepPoint] {
      try plan(
        """
        "search": {"random": {"count": \(count), "seed": \(seed), "settings": {
          "optimiser.learning-rate": {"log": [1e-4, 1e-2]}, "encoder.hidden": {"integer": [16, 128]},
          "encoder.dropout": {"uniform": [0.1, 0.5]}\(more),
          "encoder.kind": {"choice": ["bigru", "gru"]}}}}
        """
      ).points
    }
    let first = try points(40, seed: 7)
    #expect(try points(40, seed: 7) == first)
    #expect(Array(try points(60, seed: 7).prefix(40)) == first)
    #expect(try points(40, seed: 8) != first)
    // Another setting leaves the draws of the others alone.
    let wider = try points(40, seed: 7, more: ", \"loss.alpha\": {\"log\": [0.01, 10]}")
    #expect(wider.map { $0.filter { $0.key != .lossAlpha } } == first)
    for point in first {
      guard case .number(let rate)? = point[.learningRate],
        case .integer(let hidden)? = point[.encoderHidden],
        case .number(let dropout)? = point[.encoderDropout]
      else {
        Issue.record("\(point.text)")
        continue
      }
      #expect((1e-4...1e-2).contains(rate) && (16...128).contains(hidden))
      #expect((0.1...0.5).contains(dropout))
    }
    let rates = first.map { point -> Double in
      if case .number(let rate)? = point[.learningRate] { rate } else { 0 }
    }
    // Uniform in the logarithm: half of them below 1e-3.
    #expect((10...30).contains(rates.count { $0 < 1e-3 }))
  }

  @Test func drawsThatRepeatCountOnce() throws {
    let plan = try plan(
      """
      "search": {"random": {"count": 50, "seed": 1, "settings": {
        "encoder.kind": {"choice": ["bigru", "gru"]}}}}
      """)
    #expect(plan.points.count == 2)
    #expect(plan.searchesEncoders)
  }

  @Test func theCanonicalFormIsTheSamePlan() throws {
    let plans = [
      try plan(), try plan("\"kernels\": \"v3\", \"folds\": 3, \"protocol\": \"nested\""),
      try plan("\"recipe\": {\"batch.size\": 8, \"task.target-weights\": \"1\"}"),
      try plan("\"search\": {\"grid\": {\"loss.alpha\": [0.1, 1]}}, \"encoders\": [\"gru\"]"),
      try plan("\"search\": {\"list\": [{\"loss.alpha\": 2, \"loss.beta\": 1}, {}]}"),
      try plan(
        """
        "search": {"random": {"count": 3, "seed": 18446744073709551615, "settings": {
          "optimiser.learning-rate": {"log": [1e-5, 0.01]}, "encoder.hidden": {"log": [8, 64]},
          "loss.alpha": {"uniform": [0, 1]}, "encoder.kind": {"choice": ["gru"]}}}}
        """),
    ]
    for plan in plans {
      let again = try SweepPlan(json: plan.json)
      #expect(again == plan)
      #expect(again.json == plan.json)
      #expect(again.isSame(as: plan))
    }
    for (index, plan) in plans.enumerated() where index != 1 {
      #expect(!plan.isSame(as: plans[1]) && !plans[1].isSame(as: plan))
    }
  }

  @Test func aPlanIsTheSameWhereverItsDataLie() throws {
    var (first, second) = (try plan(), try plan("\"kernels\": \"v3\""))
    #expect(first.isSame(as: second))
    first.kernels = .portable
    #expect(!first.isSame(as: second))
    first.kernels = nil
    first.features[0] = SweepPlan.Features(path: "elsewhere/a.h5", content: "x")
    #expect(first.isSame(as: second))
    second.features[0].content = "y"
    #expect(!first.isSame(as: second))
    second.features[0] = SweepPlan.Features(path: "b.h5")
    #expect(!first.isSame(as: second))
  }

  @Test func addressesFollowFromAllThatMakesAModel() throws {
    let plain = try expansion(plan()).cells.map(\.address)
    func shared(_ plan: SweepPlan, contents: [String] = ["digest of a.h5"]) throws -> Int {
      let cells = try SweepExpansion(plan, contents: contents, kernels: .portable).cells
      return Set(cells.map(\.address)).intersection(plain).count
    }
    #expect(try shared(plan()) == 4)
    #expect(try shared(plan(), contents: ["other"]) == 0)
    #expect(try shared(plan("\"folds\": 2")) == 0)
    #expect(try shared(plan("\"recipe\": {\"batch.size\": 5}")) == 0)
    // The baseline does not read it.
    #expect(try shared(plan("\"recipe\": {\"loss.alpha\": 5}")) == 2)
    // Another method adds cells.
    #expect(try shared(plan(methods: "[\"cm-stew\", \"sew\"]")) == 4)
    let folds = try expansion(plan("\"folds\": 2")).cells.map(\.address)
    let nested = try expansion(plan("\"folds\": 2, \"protocol\": \"nested\"")).cells.map(\.address)
    #expect(Set(folds).isDisjoint(with: nested))
    let cells = try SweepExpansion(
      plan(), contents: ["digest of a.h5"], kernels: .v3
    ).cells
    #expect(Set(cells.map(\.address)).isDisjoint(with: plain))
  }

  @Test func searchedDelaysBelongToTheAddress() throws {
    let recipe = "\"recipe\": {\"delay.mode\": \"search\"}"
    let expansion = try expansion(plan(recipe))
    let delayCells = try expansion.cells.map { try #require(expansion.delayCell(of: $0)) }
    #expect(Set(delayCells.map(\.address)).count == 1)
    #expect(delayCells[0].cell.method == .unimodal && delayCells[0].cell.run.seed == 1)
    var other = try plan(recipe)
    other.seeds = [2]
    let alone = try self.expansion(other).cells
    // The delay is searched with the first seed, which is another one here.
    #expect(Set(alone.map(\.address)).isDisjoint(with: expansion.cells.map(\.address)))
  }

  @Test(arguments: [
    ("{", "", "no JSON"),
    ("[1]", "", "expected an object, found a list"),
    ("{\"weak\": \"a\", \"weak\": \"b\"}", "/weak", "stands twice"),
    ("{\"features\": \"a.h5\", \"wek\": \"a\"}", "/wek", "did you mean 'weak'?"),
    ("{\"features\": []}", "/features", "found an empty list"),
    ("{\"features\": [{\"pth\": \"a\"}]}", "/features/0/pth", "did you mean 'path'?"),
    ("{\"features\": [\"a\", \"a\"], \"weak\": \"w\"}", "/features/1", "stands twice"),
    ("{\"features\": \"a.h5\"}", "", "'weak' is missing"),
    ("{\"features\": \"a.h5\", \"weak\": 3}", "/weak", "found 3"),
  ])
  func aPlanThatIsWrongIsRefusedAtItsPlace(json: String, place: String, reason: String) {
    expectRefusal(at: place, reason) { _ = try SweepPlan(json: json) }
  }

  @Test(arguments: [
    ("\"folds\": 0", "/folds", "from 1 to 1000"),
    ("\"folds\": 2.5", "/folds", "found 2.5"),
    ("\"protocol\": \"nested\"", "/protocol", "give 'folds'"),
    ("\"encoders\": [\"bigru\", \"lstm\"]", "/encoders/1", "found 'lstm'"),
    ("\"kernels\": \"v9\"", "/kernels", "one of auto"),
    ("\"recipe\": {\"bath.size\": 3}", "/recipe/bath.size", "did you mean 'batch.size'?"),
    ("\"recipe\": {\"batch.size\": 0}", "/recipe/batch.size", "a whole number from"),
    ("\"recipe\": {\"compare.weak\": true}", "/recipe/compare.weak", "off in a sweep"),
    ("\"recipe\": {\"encoder.heads\": 8}", "/recipe/encoder.heads", "no effect"),
    ("\"recipe\": {\"loss.gamma\": 3}", "/recipe/loss.gamma", "do not read it"),
    ("\"recipe\": {\"batch.size\": [3]}", "/recipe/batch.size", "found a list"),
    ("\"recipe\": {\"a/b~\": 3}", "/recipe/a~1b~0", "unknown setting"),
    ("\"search\": {}", "/search", "expected one of"),
    ("\"search\": {\"grid\": {}}", "/search/grid", "empty object"),
    ("\"search\": {\"grid\": {\"loss.alpha\": []}}", "/search/grid/loss.alpha", "empty list"),
    ("\"search\": {\"grid\": {\"loss.alpha\": [1, 1]}}", "/search/grid/loss.alpha/1", "twice"),
    ("\"search\": {\"grid\": {\"loss.alpha\": [-1]}}", "/search/grid/loss.alpha/0", "found -1"),
    ("\"search\": {\"grid\": {\"loss.gamma\": [1]}}", "/search/grid/loss.gamma", "no effect"),
    (
      "\"search\": {\"grid\": {\"validation.fraction\": [0.1]}}",
      "/search/grid/validation.fraction", "do not compare"
    ),
    ("\"search\": {\"list\": [{}, {}]}", "/search/list/1", "same as element 0"),
    ("\"search\": {\"list\": [{\"loss.alpha\": null}]}", "/search/list/0/loss.alpha", "null"),
    ("\"search\": {\"list\": [{\"a\": 1, \"a\": 2}]}", "/search/list/0/a", "stands twice"),
    ("\"search\": {\"random\": {\"count\": 2}}", "/search/random", "expected count, seed"),
    (
      "\"search\": {\"random\": {\"count\": 2, \"seed\": 1, \"settings\": {\"loss.alpha\": "
        + "{\"log\": [0, 1]}}}}", "/search/random/settings/loss.alpha/log", "above 0"
    ),
    (
      "\"search\": {\"random\": {\"count\": 2, \"seed\": 1, \"settings\": {\"loss.alpha\": "
        + "{\"integer\": [0, 1]}}}}", "/search/random/settings/loss.alpha/integer", "no integer"
    ),
    (
      "\"search\": {\"random\": {\"count\": 2, \"seed\": 1, \"settings\": {\"encoder.kind\": "
        + "{\"log\": [1, 2]}}}}", "/search/random/settings/encoder.kind/log", "use choice"
    ),
    (
      "\"search\": {\"random\": {\"count\": 100000, \"seed\": 1, \"settings\": {\"loss.alpha\": "
        + "{\"log\": [1, 2]}}}}", "/search/random/count", "to 10000"
    ),
    (
      "\"recipe\": {\"loss.alpha\": 1}, \"search\": {\"grid\": {\"loss.alpha\": [1]}}",
      "/recipe/loss.alpha", "the search sets it"
    ),
    (
      "\"encoders\": [\"gru\"], \"search\": {\"grid\": {\"encoder.kind\": [\"gru\"]}}",
      "/encoders", "give one of them"
    ),
  ])
  func aMemberThatIsWrongIsRefusedAtItsPlace(more: String, place: String, reason: String) {
    expectRefusal(at: place, reason) { _ = try plan(more) }
  }

  @Test(arguments: [
    ("[]", "/methods", "empty list"), ("[\"cmstew\"]", "/methods/0", "did you mean"),
    ("[\"sew\", \"sew\"]", "/methods/1", "twice"),
  ])
  func methodsThatAreWrong(methods: String, place: String, reason: String) {
    expectRefusal(at: place, reason) { _ = try plan(methods: methods) }
  }

  @Test func gridsThatExplodeAreRefused() {
    let values = (1...200).map { "\($0)" }.joined(separator: ",")
    let keys = ["encoder.hidden", "strong.hidden", "batch.size", "training.epochs"]
    let grid = keys.map { "\"\($0)\": [\(values)]" }.joined(separator: ",")
    expectRefusal(at: "/search/grid", "10000") { _ = try plan("\"search\": {\"grid\": {\(grid)}}") }
  }

  @Test func deepPlansAreRefused() {
    let deep = String(repeating: "[", count: 100_000)
    expectRefusal(at: "", "no JSON") { _ = try SweepPlan(json: deep) }
  }

  private func expectRefusal(
    at place: String, _ reason: String, _ body: () throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do {
      try body()
      Issue.record("it was taken", sourceLocation: sourceLocation)
    } catch EngineFailure.badPlan(let found, let text) {
      #expect(found == place, sourceLocation: sourceLocation)
      #expect(text.contains(reason), sourceLocation: sourceLocation)
    } catch {
      Issue.record("\(error)", sourceLocation: sourceLocation)
    }
  }
}
