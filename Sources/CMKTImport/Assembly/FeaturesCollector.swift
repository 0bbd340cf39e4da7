import CMKTFormat
import Codecs

/// Puts finished sequences together to a features file.
struct FeaturesCollector {
  private let plan: AssemblyPlan
  private var table = SequenceTable(ids: [], recordings: [], speakers: [], splits: [], offsets: [0])
  /// While all sequences have times.
  private var intervals: [Double]? = []
  private var modalities: [ModalityCollector] = []
  private var targets: [TargetCollector] = []
  private var segments: [String: SegmentTable] = [:]
  private var annotations: [String: Annotation] = [:]
  private(set) var ledger: Ledger
  /// Ids that the source spells in another way.
  private var originals: [OriginalID] = []

  init(_ plan: AssemblyPlan) {
    self.plan = plan
    ledger = plan.joined.ledger
    for (index, member) in plan.joined.members.enumerated() {
      let (track, level) = (member.track, plan.level(of: index))
      switch track.role {
      case .modality(var description):
        let request = plan.request
        description.extractor = request.extractor[track.name] ?? description.extractor
        description.units = request.units[track.name] ?? description.units
        description.anchor = request.anchor[track.name] ?? description.anchor
        description.hopSeconds = plan.hopSeconds(of: index)
        modalities.append(
          ModalityCollector(
            name: track.name, columnNames: track.columnNames, description: description,
            level: level))
      case .target(var description):
        description.delaySeconds =
          plan.request.labelDelaySeconds[track.name] ?? description.delaySeconds
        targets.append(
          TargetCollector(
            name: track.name, columnNames: track.columnNames, description: description,
            level: level))
      case .text: break
      }
    }
  }

  /// Appends what one piece of work gave.
  ///
  /// - Throws: `ImportFailure.scratch`.
  mutating func append(_ outcome: SequenceAssembler.Outcome) throws(ImportFailure) {
    ledger.add(outcome.ledger)
    for sequence in outcome.sequences {
      do throws(ScratchFailure) {
        try append(sequence)
      } catch {
        throw .scratch(error)
      }
    }
  }

  private mutating func append(_ sequence: AssembledSequence) throws(ScratchFailure) {
    let first = table.frameCount
    let id = sequence.id.description
    table.ids.append(id)
    table.recordings.append(sequence.recording)
    table.speakers.append(sequence.speaker)
    table.splits.append(sequence.split ?? .none)
    table.offsets.append(first + sequence.frameCount)
    if sequence.id.original != id {
      originals.append(OriginalID(id: id, original: sequence.id.original))
    }
    intervals = intervals.flatMap { known in sequence.intervals.map { known + $0 } }
    for index in modalities.indices {
      guard let block = sequence.modalities[modalities[index].name] else { continue }
      try modalities[index].append(block)
    }
    for index in targets.indices {
      guard let block = sequence.targets[targets[index].name] else { continue }
      targets[index].append(block)
    }
    append(sequence.segments, firstFrame: first)
    append(sequence.annotations)
  }

  private mutating func append(_ tables: [String: LocalSegments], firstFrame: Int) {
    for (name, local) in tables {
      var table =
        segments[name]
        ?? SegmentTable(sequence: [], frameBegin: [], frameEnd: [], intervals: [], ids: [])
      table.sequence += Array(repeating: self.table.count - 1, count: local.frames.count)
      table.frameBegin += local.frames.map { firstFrame + $0.lowerBound }
      table.frameEnd += local.frames.map { firstFrame + $0.upperBound }
      table.intervals = table.intervals.flatMap { known in local.intervals.map { known + $0 } }
      table.ids += local.ids
      segments[name] = table
    }
  }

  private mutating func append(_ texts: [String: LocalTexts]) {
    for (name, local) in texts {
      // Taken out, so that appending does not copy all that is there.
      var annotation =
        annotations.removeValue(forKey: name)
        ?? Annotation(bytes: [], offsets: [0], sequence: [], intervals: [])
      for text in local.texts {
        annotation.bytes += Array(text.utf8)
        annotation.offsets.append(annotation.bytes.count)
        annotation.sequence.append(table.count - 1)
      }
      annotation.intervals = annotation.intervals.flatMap { known in
        local.intervals.map { known + $0 }
      }
      annotations[name] = annotation
    }
  }

  private mutating func note(_ columns: [String], _ reason: String, of modality: String) {
    for column in columns {
      ledger.add("clean", modality: modality, "columns", .noted, reason, example: column)
    }
  }

  /// The file; its provenance has the original ids, and neither sources nor ledger yet.
  ///
  /// - Throws: `ImportFailure.content` where nothing was left to keep.
  mutating func finish() throws(ImportFailure) -> FeaturesAssembly {
    guard table.count > 0 else {
      let losses = ledger.largestLosses
      throw .content(
        source: plan.joined.source, place: "all entries",
        expected: "at least one sequence with frames",
        found: losses.isEmpty ? "none" : "none (\(losses))",
        remedy: "correct the source, or the options that drop rows")
    }
    var features = FeaturesFile(
      sequences: table, timeBase: intervals == nil ? .index : .seconds,
      frameIntervals: intervals)
    features.name = plan.joined.name
    features.licence = plan.request.licence ?? plan.joined.licence
    features.redistribution =
      plan.request.redistribution.flatMap(Redistribution.init(rawValue:))
      ?? plan.joined.redistribution
    features.segments = segments
    features.annotations = annotations
    features.provenance.originalIDs = originals
    for collector in targets {
      guard collector.isLabelled else {
        throw .content(
          source: plan.source(of: collector.name), place: "target '\(collector.name)'",
          expected: "at least one finite label", found: "none",
          remedy: "correct it or leave it out with --target")
      }
      features.targets[collector.name] = collector.target()
    }
    features.targets.linkDerivedTargets()
    var assembly = FeaturesAssembly(skeleton: features)
    for collector in modalities {
      assembly.add(collector.name, collector.modality, rows: collector.rows)
      note(collector.constantColumns, "have one value throughout", of: collector.name)
      note(collector.emptyColumns, "have no valid value", of: collector.name)
    }
    return assembly
  }
}
