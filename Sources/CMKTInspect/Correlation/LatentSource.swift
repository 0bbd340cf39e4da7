import CMKTEngine
import CMKTFormat
import Tensors

/// A model and the features whose latents are compared.
struct LatentSource {
  let model: ModelFile
  let modelPath: String
  let features: FeaturesFile
  /// The strong branch that is compared.
  let branch: StrongBranch
  private let predictor: Predictor

  /// - Throws: `noStrongModality`, `unknownName`, and what the format and the engine refuse.
  init(
    modelPath: String, featuresPath: String, strong: String?, threads: Int
  ) throws(InspectFailure) {
    self.modelPath = modelPath
    let model = try formatting { () throws(FormatFailure) in try ModelFile.read(modelPath).file }
    let branches = model.architecture.strong
    let names = branches.map(\.modality.name)
    guard
      let branch = strong.map({ name in branches.first { $0.modality.name == name } })
        ?? branches.first
    else {
      throw strong.map { .unknownName(kind: "strong modality", name: $0, known: names) }
        ?? .noStrongModality(file: modelPath, method: model.architecture.method)
    }
    self.model = model
    self.branch = branch
    let needed: Set = [model.architecture.weak.name, branch.modality.name]
    features = try formatting { () throws(FormatFailure) in
      try FeaturesFile.read(featuresPath, modalities: needed).file
    }
    do throws(EngineFailure) {
      predictor = try Predictor(model: model, threads: threads)
    } catch {
      throw .engine(error)
    }
  }

  /// The sequences of `split`, in file order; those that selected the model are `valid`.
  ///
  /// - Throws: `engine` where there are none.
  func sequences(of split: EvaluationSplit) throws(InspectFailure) -> [Int] {
    do throws(EngineFailure) {
      return try split.sequences(of: features, model: model)
    } catch {
      throw .engine(error)
    }
  }

  /// The pairs of both latents in `sequences`, row by row where both modalities have a value,
  /// on the coarser of their levels.
  ///
  /// Rows of one recording stand together, recordings in the order of their first sequence.
  func pairs(of sequences: [Int]) throws(InspectFailure) -> PairedLatents {
    let pairs: [LatentPair]
    do throws(EngineFailure) {
      pairs = try predictor.latentPairs(
        of: branch.modality.name, for: features, sequences: sequences)
    } catch {
      throw .engine(error)
    }
    var order: [String] = []
    var members: [String: [Int]] = [:]
    for (place, sequence) in sequences.enumerated() {
      let recording = features.sequences.recordings[sequence]
      if members[recording] == nil { order.append(recording) }
      members[recording, default: []].append(place)
    }
    var (weakRows, strongRows): ([Double], [Double]) = ([], [])
    var recordings: [Range<Int>] = []
    var groups: [Int] = []
    var groupNumbers: [String: Int] = [:]
    var count = 0
    for recording in order {
      let start = count
      for place in members[recording] ?? [] {
        weakRows += pairs[place].weak.elements.map { Double($0) }
        strongRows += pairs[place].strong.elements.map { Double($0) }
        count += pairs[place].weak.shape[0]
      }
      guard count > start, let first = members[recording]?.first else { continue }
      recordings.append(start..<count)
      let group = features.sequences.group(of: sequences[first])
      groups.append(groupNumbers[group] ?? groupNumbers.count)
      groupNumbers[group] = groups.last
    }
    return PairedLatents(
      weak: Matrix(
        rows: count, columns: model.architecture.encoder.latentSize, elements: weakRows),
      strong: Matrix(rows: count, columns: branch.encoder.latentSize, elements: strongRows),
      recordings: recordings, groups: groups)
  }
}
