import CMKTEngine
import CMKTFormat
import Foundation
import HDF5
import Tensors

/// A features file that was given.
struct GivenFeatures: Sendable {
  let path: String
  /// How the page calls it.
  let label: String
  let file: FeaturesFile
  /// Its `content` digest.
  let digest: String
  /// What a synthetic source states of its views; nil for other data.
  let truth: KnownTruth?
}

/// A model that was given, at work on the features that fit it.
struct GivenModel: Sendable {
  let path: String
  let label: String
  let model: ModelFile
  let digest: String
  /// Nil where none was given, or where nothing can be evaluated.
  var work: ModelAtWork?
  /// Why there is no `work`; empty where there is.
  var remark = ""
}

/// The predictions of a model on a split.
struct ModelAtWork: Sendable {
  let features: GivenFeatures
  let evaluation: Evaluation
  /// By target, for each sequence of the evaluation: `[n, C]`, before any post-processing.
  let plain: [String: [Tensor<Float>]]
  /// One for each target of the evaluation.
  let intervals: [HeadlineInterval?]
  /// Which of its scores may be handed on.
  let disclosure: ScoreDisclosure
}

/// All files that a page is made from.
struct GivenFiles: Sendable {
  var models: [GivenModel] = []
  var features: [GivenFeatures] = []
  var comparisons: [GivenComparison] = []
  let isShared: Bool
  /// Labels or paths of files whose data may not be handed on, or may not be known to be.
  let restricted: [String]

  init(_ request: PageRequest) throws(InspectFailure) {
    var (models, features, folders): ([Opened<ModelFile>], [Opened<FeaturesFile>], [String]) =
      ([], [], [])
    for path in request.paths {
      if Self.isFolder(path) {
        folders.append(path)
        continue
      }
      let inspected = try InspectedFile(path)
      inspected.reader.close()
      switch inspected.kind {
      case .model:
        let read = try formatting { () throws(FormatFailure) in try ModelFile.read(path) }
        models.append(Opened(path: path, content: read.file, digest: read.digests.content))
      case .features:
        let read = try formatting { () throws(FormatFailure) in try FeaturesFile.read(path) }
        features.append(
          Opened(
            path: path, content: read.file, digest: read.digests.content,
            truth: KnownTruth(of: inspected)))
      }
    }
    let comparisons = try folders.map { folder throws(InspectFailure) in
      (folder, try GivenComparison(folder: folder))
    }
    let restricted =
      models.filter { $0.content.redistribution != .allowed }.map(\.path)
      + features.filter { $0.content.redistribution != .allowed }.map(\.path)
      + comparisons.filter { !$0.1.isFree }.map(\.0)
    let isShared =
      switch request.sharing {
      case .automatic: !restricted.isEmpty
      case .aggregatesOnly: true
      case .everything: false
      }
    self.isShared = isShared
    self.restricted = restricted
    var labels = PageLabels(isShared: isShared)
    self.features = features.map {
      GivenFeatures(
        path: $0.path, label: labels.next("data", $0.path), file: $0.content, digest: $0.digest,
        truth: $0.truth)
    }
    self.models = models.map {
      GivenModel(
        path: $0.path, label: labels.next("model", $0.path), model: $0.content, digest: $0.digest)
    }
    for (folder, comparison) in comparisons {
      var comparison = comparison
      comparison.label = labels.next("comparison", folder)
      self.comparisons.append(comparison)
    }
    var failure: InspectFailure?
    for index in self.models.indices {
      let found = self.models[index].setToWork(on: self.features, request)
      failure = failure ?? found
    }
    // One features file that fits no model is a slip; that it does not fit each is not.
    if self.features.count == 1, self.models.allSatisfy({ $0.work == nil }), let failure {
      throw failure
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    let type = try? FileManager.default.attributesOfItem(
      atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)[.type]
    return type as? FileAttributeType == .typeDirectory
  }
}

private struct Opened<Content> {
  let path: String
  let content: Content
  let digest: String
  var truth: KnownTruth?
}

/// Names of files on a page: their base names, or letters on a page to be handed on.
private struct PageLabels {
  let isShared: Bool
  private var used: Set<String> = []
  private var counts: [String: Int] = [:]

  init(isShared: Bool) { self.isShared = isShared }

  mutating func next(_ kind: String, _ path: String) -> String {
    let number = counts[kind, default: 0]
    counts[kind] = number + 1
    let url = URL(fileURLWithPath: path)
    let base =
      isShared ? "\(kind) \(Self.letters(number))" : url.deletingPathExtension().lastPathComponent
    var label = base
    var copy = 2
    while !used.insert(label).inserted {
      label = "\(base) (\(copy))"
      copy += 1
    }
    return label
  }

  /// From A to Z, then AA.
  private static func letters(_ number: Int) -> String {
    var rest = number
    var text = ""
    repeat {
      let letter = Unicode.Scalar(UInt8(65 + rest % 26))
      text = String(Character(letter)) + text
      rest = rest / 26 - 1
    } while rest >= 0
    return text
  }
}

extension GivenModel {
  /// Evaluates the model on the features that trained it, or else on the first that fit it.
  ///
  /// - Returns: why the first candidate does not fit, where none does.
  fileprivate mutating func setToWork(
    on features: [GivenFeatures], _ request: PageRequest
  ) -> InspectFailure? {
    guard model.isFinished else {
      remark = "a checkpoint: it predicts nothing yet"
      return nil
    }
    let own = features.filter { $0.digest == model.training.dataFingerprint }
    let others = features.filter { $0.digest != model.training.dataFingerprint }
    var failure: InspectFailure?
    for candidate in own + others {
      do throws(InspectFailure) {
        work = try ModelAtWork(model, on: candidate, request)
        return nil
      } catch {
        failure = failure ?? error
      }
    }
    remark =
      failure == nil
      ? "no features file was given" : "no features file that was given fits it"
    return failure
  }
}

extension ModelAtWork {
  init(
    _ model: ModelFile, on features: GivenFeatures, _ request: PageRequest
  ) throws(InspectFailure) {
    self.features = features
    let wanted = request.split.map { [$0] } ?? [.test, .valid, .train]
    let split =
      wanted.first { ((try? $0.sequences(of: features.file, model: model)) ?? []).isEmpty == false }
      ?? wanted[0]
    let made = try engineering { () throws(EngineFailure) in
      let evaluation = try Evaluation(
        model: model, features: features.file, split: split, threads: request.threads)
      let predictor = try Predictor(model: model, postprocesses: false, threads: request.threads)
      return (
        evaluation,
        try predictor.predictions(for: features.file, sequences: evaluation.sequences),
        try evaluation.headlineIntervals(features: features.file)
      )
    }
    (evaluation, plain, intervals) = made
    disclosure = try ScoreDisclosure(evaluation, on: features)
  }
}
