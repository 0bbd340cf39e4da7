import CMKTFormat

/// Which files of a bc-LSTM folder play which part; see `Formats/import/bclstm.md`.
struct BcLSTMLayout: Equatable {
  /// How the features are written.
  enum Encoding: String, Sendable {
    case csv, arff
  }

  /// The features of one modality in one split.
  struct FeatureFile: Equatable {
    let modality: String
    let split: Split
    /// Relative to the folder.
    let path: String
  }

  /// `transcripts.csv`: the ids.
  let transcripts: String
  /// `text_SPLIT.csv`, whose first column counts rows of `transcripts`, by split.
  let indices: [Split: String]
  /// In byte order of the modalities, then train, valid, test.
  let features: [FeatureFile]

  private static let splits: [(word: String, split: Split)] = [
    ("train", .train), ("valid", .valid), ("val", .valid), ("dev", .valid), ("test", .test),
  ]

  /// The modalities, in byte order.
  var modalities: [String] {
    features.map(\.modality).reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// The splits, in the order train, valid, test.
  var splits: [Split] { Split.allCases.filter { indices[$0] != nil } }

  /// Nil where `files`, relative paths, are no such folder.
  init?(files: [String], encoding: Encoding) {
    var transcripts: [String] = []
    var indices: [Split: String] = [:]
    var features: [FeatureFile] = []
    for path in files {
      let name = path.split(separator: "/").last ?? ""
      if name == "transcripts.csv" {
        transcripts.append(path)
      } else if let (split, number, modality, suffix) = Self.parts(of: name) {
        if number.isEmpty, modality == "text", suffix == "csv" {
          // A second folder of this kind: which one is meant is not for us to say.
          guard indices.updateValue(path, forKey: split) == nil else { return nil }
        } else if number == "0", suffix == encoding.rawValue {
          features.append(FeatureFile(modality: modality, split: split, path: path))
        }
      }
    }
    let splits = Set(indices.keys)
    guard transcripts.count == 1, !features.isEmpty, !splits.isEmpty else { return nil }
    self.transcripts = transcripts[0]
    self.indices = indices
    self.features = features.sorted {
      ($0.modality, Split.allCases.firstIndex(of: $0.split) ?? 0)
        < ($1.modality, Split.allCases.firstIndex(of: $1.split) ?? 0)
    }
  }

  /// `audio_train0.csv` as split, `0`, `audio`, `csv`.
  private static func parts(
    of name: Substring
  ) -> (split: Split, number: String, modality: String, suffix: String)? {
    guard let dot = name.lastIndex(of: ".") else { return nil }
    let suffix = String(name[name.index(after: dot)...])
    var stem = name[..<dot]
    let number = String(String(stem.reversed().prefix { $0.isASCII && $0.isNumber }).reversed())
    stem = stem.dropLast(number.count)
    guard let underscore = stem.lastIndex(of: "_"), underscore > stem.startIndex,
      let split = splits.first(where: { $0.word == stem[stem.index(after: underscore)...] })?.split
    else { return nil }
    return (split, number, String(stem[..<underscore]), suffix)
  }
}
