import CMKTFormat

extension ModelFile {
  /// How this checkpoint differs from the run that `skeleton` begins: one line each, none where
  /// the run may go on from it.
  func differencesFromRun(_ skeleton: ModelFile) -> [String] {
    var lines: [String] = []
    func compare(_ what: String, _ mine: String, _ other: String, remedy: String = "") {
      guard mine != other else { return }
      lines.append("\(what) was \(mine), is \(other)\(remedy)")
    }
    let run = skeleton.training
    compare(
      "--kernels", training.kernels, run.kernels, remedy: " (add --kernels \(training.kernels))")
    compare("--seed", "\(training.seed)", "\(run.seed)")
    compare("--method", training.method, run.method)
    compare("--weak", architecture.weak.name, skeleton.architecture.weak.name)
    compare("--strong", architecture.strongNames, skeleton.architecture.strongNames)
    compare("--target", architecture.targetNames, skeleton.architecture.targetNames)
    compare("the features file's digest", training.dataFingerprint, run.dataFingerprint)
    lines += Self.differences(ofRecipe: training.recipe, from: run.recipe)
    if let step = provenance.steps.last {
      compare("the version of \(step.tool)", step.version, toolVersion)
    }
    // What the names and the recipe do not tell, such as a delay that was found by search.
    if lines.isEmpty, architecture != skeleton.architecture {
      lines.append("the architecture of the networks differs")
    }
    return lines
  }

  /// One line for each setting whose value differs.
  private static func differences(ofRecipe mine: String, from other: String) -> [String] {
    guard mine != other else { return [] }
    guard let mine = try? Recipe(json: mine), let other = try? Recipe(json: other) else {
      return ["the recipe has settings that this version does not know"]
    }
    return RecipeTable.settings.map(\.key).filter { mine[$0] != other[$0] }.map {
      "setting \($0.rawValue) was \(mine[$0].text), is \(other[$0].text)"
    }
  }
}

extension ModelArchitecture {
  fileprivate var strongNames: String { list(strong.map(\.modality.name)) }
  fileprivate var targetNames: String { list(heads.map(\.target)) }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ",")
  }
}
