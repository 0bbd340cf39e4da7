extension Recipe {
  /// One sentence for each setting that was named and changes nothing: none of `methods` reads it,
  /// or another setting turns it off.
  ///
  /// - Parameter encoders: the values of `encoder.kind` that are used; empty for the recipe's.
  package func unreadSettings(methods: [Method], encoders: [String] = []) -> [String] {
    RecipeTable.settings.filter { named.contains($0.key) }.compactMap { setting in
      reasonUnread(setting.key, methods: methods, encoders: encoders).map {
        "setting '\(setting.key.rawValue)' has no effect: \($0)"
      }
    }
  }

  /// Why `key` changes nothing, nil where it is read; see `unreadSettings`.
  func reasonUnread(_ key: SettingKey, methods: [Method], encoders: [String] = []) -> String? {
    let setting = RecipeTable.setting(key)
    guard setting.methods.contains(where: methods.contains) else {
      let names = methods.map(\.rawValue).joined(separator: ", ")
      return (methods.count == 1 ? "method \(names) does" : "methods \(names) do")
        + " not read it"
    }
    let isRead = setting.conditions.contains { condition in
      let values =
        condition.key == .encoderKind && !encoders.isEmpty ? encoders : [self[condition.key].text]
      return values.contains(where: condition.values.contains)
    }
    guard !isRead, !setting.conditions.isEmpty else { return nil }
    let ways = setting.conditions.map(\.description).joined(separator: " or ")
    return "it is read with \(ways) alone"
  }
}
