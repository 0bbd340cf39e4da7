extension Recipe {
  /// One sentence for each setting that was named and changes nothing: none of `methods` reads it,
  /// or another setting turns it off.
  ///
  /// - Parameter encoders: the values of `encoder.kind` that are used; empty for the recipe's.
  package func unreadSettings(methods: [Method], encoders: [String] = []) -> [String] {
    RecipeTable.settings.filter { named.contains($0.key) }.compactMap { setting in
      let start = "setting '\(setting.key.rawValue)' has no effect: "
      guard setting.methods.contains(where: methods.contains) else {
        let names = methods.map(\.rawValue).joined(separator: ", ")
        return start + (methods.count == 1 ? "method \(names) does" : "methods \(names) do")
          + " not read it"
      }
      let isRead = setting.conditions.contains { condition in
        let values =
          condition.key == .encoderKind && !encoders.isEmpty ? encoders : [self[condition.key].text]
        return values.contains(where: condition.values.contains)
      }
      guard !isRead, !setting.conditions.isEmpty else { return nil }
      let ways = setting.conditions.map(\.description).joined(separator: " or ")
      return start + "it is read with \(ways) alone"
    }
  }
}
