import CMKTEngine
import CMKTFormat
import Tensors
import TestSupport
import Testing

/// The trainer of a short run that has several stages.
private func trainer(
  _ features: FeaturesFile, _ changes: [String], method: Method, threads: Int = 1
) throws -> Trainer {
  var recipe = try quickRecipe("training.epochs=4", "validation.fraction=0.2")
  for change in changes { try recipe.set(assignment: change) }
  return try Trainer(
    features: features, fingerprint: "f",
    request: TrainingRequest(
      method: method, weak: "weak", strong: method.needsStrong ? ["strong"] : [],
      targets: ["mood"], recipe: recipe, seed: 3),
    threads: threads)
}

/// The `content` digest of `model` as a file.
private func digest(of model: ModelFile, in folder: TemporaryFolder) throws -> String {
  try model.write(to: folder.file("model.h5"), replacing: true).content
}

/// Trains in pieces: each is cut after `length` steps, and the next goes on from the file it left.
///
/// The piece `index` runs on `1 + index % 2` threads.
private func fitInPieces(
  of length: Int, _ folder: TemporaryFolder, _ make: (_ threads: Int) throws -> Trainer
) throws -> (model: ModelFile, pieces: Int) {
  let path = folder.file("checkpoint.h5")
  var checkpoint: ModelFile?
  for piece in 0..<1000 {
    var remaining = length
    let journal = TrainingJournal(
      resuming: checkpoint,
      stopsWhen: {
        remaining -= 1
        return remaining <= 0
      },
      save: { model in
        #expect(throws: Never.self) { try model.write(to: path, replacing: true) }
      })
    do {
      return (try make(1 + piece % 2).fit(journal: journal).model, piece)
    } catch EngineFailure.interrupted {
      checkpoint = try ModelFile(contentsOf: path)
    }
  }
  throw EngineFailure.badRequest(reason: "no end", remedy: "look at the journal")
}

@Suite struct JournalTests {
  private let features = SyntheticFeatures.file(sequenceCount: 16)

  @Test(
    "Cut after every so many steps, training ends in the same file",
    arguments: [
      (Method.unimodal, ["optimiser.kind=sgd", "schedule.kind=cosine"], 1),
      (.unimodal, ["training.patience=1", "schedule.patience=1"], 2),
      (.cmStew, [], 1), (.cmStew, ["strong.mode=tuned", "optimiser.kind=adam"], 4),
      (.cmStew, ["schedule.warm-up-steps=5", "head.start=strong"], 3),
      (.cmStew, ["teacher.folds=3"], 5), (.sew, [], 3), (.shuffledPairing, [], 7),
      (.selfTranslation, [], 4), (.strongOnly, [], 2),
    ])
  func resumes(method: Method, changes: [String], length: Int) throws {
    let folder = try TemporaryFolder()
    let whole = try trainer(features, changes, method: method).fit().model
    let cut = try fitInPieces(of: length, folder) { threads in
      try trainer(features, changes, method: method, threads: threads)
    }
    #expect(cut.pieces > 3)
    #expect(cut.model.training.history.count == whole.training.history.count)
    #expect(try digest(of: cut.model, in: folder) == digest(of: whole, in: folder))
  }

  @Test("A checkpoint every N steps changes nothing; resuming from any of them neither")
  func periodic() throws {
    let folder = try TemporaryFolder()
    let whole = try trainer(features, [], method: .cmStew).fit().model
    var checkpoints: [ModelFile] = []
    let watched = try trainer(features, [], method: .cmStew)
      .fit(journal: TrainingJournal(every: 5, save: { checkpoints.append($0) })).model
    #expect(whole == watched)
    #expect(checkpoints.count > 4)
    #expect(checkpoints.allSatisfy { !$0.isFinished && $0.state != nil })
    for checkpoint in checkpoints {
      let resumed = try trainer(features, [], method: .cmStew)
        .fit(journal: TrainingJournal(resuming: checkpoint)).model
      #expect(try digest(of: resumed, in: folder) == digest(of: whole, in: folder))
    }
  }

  @Test("A checkpoint of another run is refused, and the difference named")
  func mismatch() throws {
    var saved: ModelFile?
    let journal = TrainingJournal(every: 2, save: { saved = $0 })
    _ = try trainer(features, [], method: .cmStew).fit(journal: journal)
    let checkpoint = try #require(saved)
    let others: [(String, Trainer)] = [
      ("--method", try trainer(features, [], method: .unimodal)),
      ("--method", try trainer(features, [], method: .shuffledPairing)),
      ("batch.size was 4, is 3", try trainer(features, ["batch.size=3"], method: .cmStew)),
    ]
    for (expected, other) in others {
      #expect {
        _ = try other.fit(journal: TrainingJournal(resuming: checkpoint))
      } throws: { error in
        guard case EngineFailure.checkpointMismatch(let differences) = error else { return false }
        return differences.contains { $0.contains(expected) }
      }
    }
    var other = checkpoint
    other.training.kernels = "v9"
    #expect {
      _ = try trainer(features, [], method: .cmStew).fit(
        journal: TrainingJournal(resuming: other))
    } throws: { "\($0)".contains("add --kernels v9") }
    other = checkpoint
    other.state?.running?.parameters.removeLast()
    #expect {
      _ = try trainer(features, [], method: .cmStew).fit(
        journal: TrainingJournal(resuming: other))
    } throws: { "\($0)".contains("of shape") }
  }

  @Test("A run that is over is let go, and its data with it")
  func aRunThatIsOverIsLetGo() throws {
    final class Token: Sendable {}
    weak var observed: Token?
    do {
      let token = Token()
      observed = token
      let journal = TrainingJournal(save: { _ in _ = token })
      _ = try trainer(SyntheticFeatures.file(), [], method: .unimodal).fit(journal: journal)
    }
    #expect(observed == nil)
  }

  @Test("A checkpoint is not evaluated")
  func unfinished() throws {
    var saved: ModelFile?
    _ = try trainer(features, [], method: .unimodal).fit(
      journal: TrainingJournal(every: 2, save: { saved = $0 }))
    let checkpoint = try #require(saved)
    #expect(throws: EngineFailure.unfinishedModel) {
      _ = try Evaluation(model: checkpoint, features: features, split: .valid)
    }
  }

  @Test("Divergence names step and term, and hands over no bad checkpoint")
  func divergence() throws {
    var checkpoints = 0
    let wild = try trainer(
      features,
      [
        "optimiser.kind=sgd", "optimiser.learning-rate=10", "optimiser.clip-norm=0",
        "loss.regression=mse", "encoder.latent-activation=identity", "training.epochs=400",
        "training.patience=0", "schedule.patience=0",
      ],
      method: .unimodal)
    #expect {
      _ = try wild.fit(
        journal: TrainingJournal(
          every: 1,
          save: { model in
            checkpoints += 1
            let tensors = model.state?.running?.parameters ?? []
            #expect(tensors.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
          }))
    } throws: { error in
      guard case EngineFailure.diverged(_, let epoch, let step, let term) = error else {
        return false
      }
      return epoch > 0 && step == checkpoints + 1 && !term.isEmpty
    }
  }
}
