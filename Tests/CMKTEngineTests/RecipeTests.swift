import CMKTEngine
import Testing

@Suite struct RecipeTests {
  @Test func everyKeyHasOneSetting() {
    #expect(RecipeTable.settings.map(\.key).count == SettingKey.allCases.count)
    #expect(Set(RecipeTable.settings.map(\.key)) == Set(SettingKey.allCases))
    #expect(RecipeTable.settings.allSatisfy { $0.kind.accepts($0.standard) })
  }

  @Test(arguments: Method.allCases) func recordedRecipeReadsBackEqual(method: Method) throws {
    var recipe = Recipe()
    try recipe.set(assignment: "encoder.dropout=0.125")
    try recipe.set(assignment: "optimiser.learning-rate=1e-7")
    try recipe.set(assignment: "encoder.kind=gru")
    #expect(try Recipe(json: recipe.json(for: method)) == recipe)
  }

  @Test func jsonSetsNumbersTextsAndFlags() throws {
    let recipe = try Recipe(
      json: #"{"batch.size": 8, "compare.weak": false, "strong.mode": "tuned", "loss.alpha": 1}"#)
    #expect(recipe.integer(.batchSize) == 8)
    #expect(!recipe.flag(.compareWeak))
    #expect(recipe.choice(.strongMode) == "tuned")
    #expect(recipe.number(.lossAlpha) == 1)
  }

  @Test func unknownKeySuggestsTheNearest() {
    let failure = #expect(throws: EngineFailure.self) { try Recipe(json: #"{"batch.siez": 8}"#) }
    #expect(failure?.description.contains("did you mean 'batch.size'?") == true)
  }

  @Test(arguments: [
    "task.target-weights=", "task.target-weights=1,,2", "task.target-weights=-1", "batch.size=0",
    "batch.size=1.5", "batch.size=many", "encoder.dropout=nan",
    "encoder.dropout=1", "encoder.kind=lstm", "compare.weak=yes", "batch.size=", "batch.size",
  ]) func badValuesAreRefused(assignment: String) {
    var recipe = Recipe()
    #expect(throws: EngineFailure.self) { try recipe.set(assignment: assignment) }
    #expect(recipe == Recipe())
  }

  @Test func aWrongChoiceSuggestsTheNearest() {
    var recipe = Recipe()
    let failure = #expect(throws: EngineFailure.self) {
      try recipe.set(assignment: "encoder.kind=transfomer")
    }
    #expect(failure?.description.contains("did you mean 'transformer'?") == true)
  }

  @Test(arguments: [
    #"{"batch.size": 8, "batch.size": 8}"#, #"{"batch.size": 8, "batch\u002esize": 9}"#,
    #"{"recipe": {"batch.size": 8}, "batch.size": 9}"#, #"{"recipe": {}, "note": "x"}"#,
    #"{"recipe": {"batch.size": 8}, "recipe": {}}"#,
  ]) func whatAReaderWouldPassOverIsRefused(json: String) {
    #expect(throws: EngineFailure.self) { try Recipe(json: json) }
  }

  @Test func theDocumentOfTheToolIsARecipe() throws {
    let json =
      #"{"schema_version": 1, "tool": "t", "command": "recipe", "code": 0, "#
      + #""recipe": {"batch.size": 8}, "settings": [{"key": "a"}, {"key": "b"}]}"#
    #expect(try Recipe(json: json).integer(.batchSize) == 8)
  }

  @Test func settingsWithoutEffectAreNamed() throws {
    func unread(_ assignments: String..., methods: [Method] = [.cmStew]) throws -> [String] {
      var recipe = try Recipe(json: Recipe().json(for: .sew))
      for assignment in assignments { try recipe.set(assignment: assignment) }
      return recipe.unreadSettings(methods: methods)
    }
    #expect(try unread() == [])
    #expect(try unread("loss.gamma=1").count == 1)
    #expect(try unread("loss.gamma=1")[0].contains("'loss.gamma'"))
    #expect(try unread("loss.gamma=1")[0].contains("cm-stew"))
    #expect(try unread("loss.gamma=1", methods: [.cmStew, .sew]) == [])
    #expect(try unread("delay.seconds=2")[0].contains("delay.mode=fixed"))
    #expect(try unread("delay.seconds=2", "delay.mode=fixed") == [])
    #expect(try unread("encoder.heads=2").count == 1)
    #expect(try unread("encoder.heads=2", "translator.kind=transformer") == [])
    #expect(try unread("encoder.heads=2", "encoder.kind=transformer") == [])
    var recipe = Recipe()
    try recipe.set(assignment: "encoder.heads=2")
    #expect(recipe.unreadSettings(methods: [.unimodal], encoders: ["gru", "transformer"]) == [])
    #expect(recipe == recipe && recipe != Recipe())
    let file = try Recipe(json: #"{"loss.gamma": 0.5}"#)
    #expect(file.unreadSettings(methods: [.unimodal]).count == 1)
  }

  @Test(arguments: ["noise=1,1", "noise=1,noise=1.0", "drop=0.1,0.2,0.1"])
  func doubledCorruptionsAreRefused(list: String) {
    let words = list.split(separator: ",").map(String.init)
    #expect(throws: EngineFailure.self) { try Corruption.parse(words) }
  }

  @Test(arguments: ["", "[]", "{", "3", #"{"batch.size": [1]}"#, #"{"batch.size": null}"#])
  func badJSONIsRefused(json: String) {
    #expect(throws: EngineFailure.self) { try Recipe(json: json) }
  }
}
