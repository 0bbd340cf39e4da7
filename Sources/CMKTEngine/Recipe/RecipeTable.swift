/// The one table that drives `recipe`, the parsing of recipes, and the record in the model file.
package enum RecipeTable {
  /// All settings, in the order in which people read them.
  package static let settings: [Setting] = model + transfer + task + timeAndScale + optimisation

  /// The setting called `key`.
  package static func setting(_ key: SettingKey) -> Setting {
    guard let found = settings.first(where: { $0.key == key }) else {
      preconditionFailure("\(key) is missing from the table")
    }
    return found
  }
}
