import CMKTEngine
import CMKTFormat
import Foundation
import ToolSupport

/// The predictions of other frameworks that `--add NAME=FILE` names.
struct Additions: Sendable {
  /// By name, in the order of the command line, the texts by run of the plan.
  private let texts: [(name: String, byRun: [String], standsForSeeds: Bool)]

  /// Reads the files.
  ///
  /// - Throws: exit code 64 for a name without a file, one of a method, or a number of files that
  ///   fits neither features files nor runs; 66 where a file cannot be read.
  init(_ words: [String], plan: ComparisonPlan) throws {
    var names: [String] = []
    var paths: [String: [String]] = [:]
    for word in words {
      guard let (name, path) = Invocation.splitAtEquals(word), !path.isEmpty else {
        throw ToolFailure.usage("--add takes NAME=FILE, not '\(word)'")
      }
      if Method(rawValue: name) != nil {
        throw ToolFailure.usage("--add \(name)=…: a method has that name; choose another")
      }
      if paths[name] == nil { names.append(name) }
      paths[name, default: []].append(path)
    }
    texts = try names.map { name in
      let files = try (paths[name] ?? []).map(Self.text)
      if files.count == plan.dataSets.count {
        return (
          name, plan.runs.map { files[$0.dataSet] }, plan.runs.count > plan.dataSets.count
        )
      }
      guard files.count == plan.runs.count else {
        throw ToolFailure.usage(
          "--add \(name) is given \(files.count) times; give a file for each of the "
            + "\(plan.dataSets.count) features files, or for each of the \(plan.runs.count) runs")
      }
      return (name, files, false)
    }
  }

  private static func text(_ path: String) throws -> String {
    try Files.checkReadable(path)
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ToolFailure.noInput(path: path, "'\(path)' cannot be read; check its permissions")
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// The scores beside the models of `plan`.
  ///
  /// - Parameter input: the features file of a run, its groups, and the sequences to score.
  func scores(
    in plan: ComparisonPlan, input: (ComparisonRun) -> (FeaturesFile, GroupNumbers, [Int])
  ) throws -> [ComparisonResults.Addition] {
    try texts.map { name, byRun, standsForSeeds in
      do {
        let scores = try zip(plan.runs, byRun).map { run, text in
          let (features, groups, sequences) = input(run)
          return try CellScore(
            predictions: ForeignPredictions(
              text: text, features: features, sequences: sequences),
            targets: plan.targets, sequences: sequences, features: features,
            groups: groups)
        }
        return ComparisonResults.Addition(
          name: name, scores: scores, standsForSeeds: standsForSeeds)
      } catch {
        guard var failure = toolFailure(error) else { throw error }
        failure.message = "--add \(name): \(failure.message)"
        throw failure
      }
    }
  }
}
