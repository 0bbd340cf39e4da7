@testable import CMKTFormat
@testable import CMKTImport

extension FuzzTarget {
  /// Features that came back, in a safetensors file or an NPZ archive, or their manifest alone.
  static let portable = FuzzTarget("portable") { input in
    let path = input.path(from: 1)
    if input[0] & 3 == 0 {
      let manifest = try? PortableManifest(json: input.text(from: 1), file: "input", place: "it")
      let document = try? manifest?.document(file: "input", place: "it")
      // Planted: a sound manifest that says what was left out.
      return document != nil && manifest?.leftOut.isEmpty == false
    }
    let form: PortableForm = input[0] & 1 == 0 ? .npz : .safetensors
    _ = form.isClaimed(at: path)
    // Planted: features, or recordings in them, under names that no seed has.
    guard let features = (try? PortableFeatures.read(path, as: form))?.assembly.skeleton else {
      return false
    }
    return features.name != "t" || features.sequences.recordings != ["a", "b"]
  }

  /// The splits of ids in a JSON file.
  static let splits = FuzzTarget("splits") { input in
    let table = SequenceTable(
      ids: ["a", "b"], recordings: ["a", "b"], speakers: ["", ""], splits: [.none, .none],
      offsets: [0, 1, 2])
    var features = FeaturesFile(sequences: table, timeBase: .index)
    var ledger = Ledger()
    try? SplitAssignment.apply(.file(input.path()), to: &features, &ledger)
    // Planted: an id that is to train beside one that is to test.
    return features.sequences.splits == [.train, .test]
  }

  /// Ids in every spelling, and by a pattern.
  static let ids = FuzzTarget("ids") { input in
    let text = input.text()
    var clips = 0
    for spelling in [ClipSpelling.none, .brackets, .dollars, .underscore] {
      let id = EntryID(text, spelling: spelling)
      if id.clip != nil { clips += 1 }
      expect(id.original == text, "an id keeps its spelling")
      _ = id.description
    }
    let pattern = try? IDPattern(#"(?<speaker>[a-z]*)_?(?<recording>.+?)(_(?<segment>[0-9]+))?"#)
    let entry = try? pattern?.entry(text, source: "input")
    _ = PickledIDs.parse(text.split(separator: "\n").map(String.init))
    // Planted: a speaker, a recording and a segment.
    return entry.map { !$0.speaker.isEmpty && $0.id.clip == 41 } ?? false
  }

  /// Any file, taken as a source: what it is, what it holds, and the features that come of it.
  static let importing = FuzzTarget("import") { input in
    // HDF5 is not among the codecs; libhdf5 is contained in another way.
    guard input[1] != UInt8(ascii: "H") || input[0] != 0x89 else { return false }
    var request = ImportRequest(source: "\(names[Int(input[0]) & 3])\(input.path(from: 1))")
    request.reading.missingTargets = .mask
    request.reading.threads = 1
    let outcome = try? Importer.run(request, threads: 1)
    // Planted: features of a modality with a column called q.
    return outcome?.features.skeleton.modalities.values.contains {
      $0.featureNames.contains("q")
    } ?? false
  }

  private static let names = ["", "text=", "labels=", "words="]
}
