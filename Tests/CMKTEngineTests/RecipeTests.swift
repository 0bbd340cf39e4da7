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

  @Test(arguments: ["", "[]", "{", "3", #"{"batch.size": [1]}"#, #"{"batch.size": null}"#])
  func badJSONIsRefused(json: String) {
    #expect(throws: EngineFailure.self) { try Recipe(json: json) }
  }
}
