package import CMKTFormat

/// A recording, or one clip of it, as a dump knows it.
package struct Entry: Sendable, Equatable {
  package var id: EntryID
  /// The recording that it is part of; nil where the id says it.
  package var recording: String?
  /// Who speaks; empty where unknown.
  package var speaker = ""
  /// The split that the source gives it; nil where it gives none.
  package var split: Split?

  package init(id: EntryID, speaker: String = "", split: Split? = nil) {
    self.id = id
    self.speaker = speaker
    self.split = split
  }
}

/// What a reader found in a source: entries, and tracks of rows for them, not read yet.
package struct Dump: Sendable {
  /// A short name for people, such as `mosi`.
  package var name: String
  /// In the order of the source; ids are unique.
  package var entries: [Entry]
  package var tracks: [any Track]
  /// The files that were read; digests are computed later, beside other work.
  package var files: [SourceFile]
  /// What reading has dropped and changed so far.
  package var ledger: Ledger
  /// As far as the source states it.
  package var licence = ""
  package var redistribution = Redistribution.unknown
  /// Whether the source names no recordings, so that the ids of `entries` are only places.
  package var lacksIDs = false
  /// What the user should know; printed as warnings.
  package var notes: [String] = []

  package init(
    name: String, entries: [Entry], tracks: [any Track], files: [SourceFile],
    ledger: Ledger = Ledger()
  ) {
    self.name = name
    self.entries = entries
    self.tracks = tracks
    self.files = files
    self.ledger = ledger
  }
}

/// What a dump comes from: a file, or for made-up data the text that says how.
package struct SourceFile: Sendable, Equatable {
  package var path: String
  /// The base name, or in a tree of files the path from its top.
  package var name: String
  /// The name of the format that it was read as.
  package var format: String
  /// Whether `path` is the content itself.
  package var isText = false

  /// The file at `path`, in a tree known as `name`.
  package init(path: String, name: String? = nil, format: String) {
    self.path = path
    self.name = name ?? SourceArgument(path: path).baseName
    self.format = format
  }
}
