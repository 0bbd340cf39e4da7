/// A document for people: sections of words, tables and pictures.
package struct Page: Sendable, Equatable {
  /// One part of a section.
  package enum Block: Sendable, Equatable {
    case heading(String)
    case text(String)
    case list([String])
    /// What a reader must not miss.
    case notice(String)
    /// Side by side where there is room.
    case pictures([Picture])
    case table(ReportSection)
    /// Closed until it is opened; whole on paper.
    case folded(String, [Block])
  }

  /// What stands under one heading.
  package struct Section: Sendable, Equatable {
    var key: String
    var title: String
    var blocks: [Block]

    /// A section whose address on the page begins with `key`.
    package init(key: String, title: String, blocks: [Block]) {
      self.key = key
      self.title = title
      self.blocks = blocks
    }
  }

  var title: String
  /// What the page is, in a sentence or two.
  var lead: String
  /// How it was made.
  var footer: String
  /// In the order of the page.
  package private(set) var sections: [Section]

  /// A page whose sections and pictures get keys of their own; sections without blocks are left
  /// out.
  package init(title: String, lead: String, footer: String, sections: [Section]) {
    self.title = title
    self.lead = lead
    self.footer = footer
    var keys: Set<String> = []
    self.sections = sections.filter { !$0.blocks.isEmpty }.map { section in
      var section = section
      section.key = Self.unique(section.key, &keys)
      section.blocks = section.blocks.map { Self.keyed($0, &keys) }
      return section
    }
  }

  private static func keyed(_ block: Block, _ keys: inout Set<String>) -> Block {
    switch block {
    case .pictures(let pictures):
      return .pictures(
        pictures.map { picture in
          var picture = picture
          picture.key = unique(picture.key, &keys)
          return picture
        })
    case .folded(let title, let blocks):
      return .folded(title, blocks.map { keyed($0, &keys) })
    default: return block
    }
  }

  private static func unique(_ key: String, _ keys: inout Set<String>) -> String {
    let key = Markup.key(key)
    var candidate = key
    var number = 2
    while !keys.insert(candidate).inserted {
      candidate = "\(key)-\(number)"
      number += 1
    }
    return candidate
  }

  /// Every picture, in the order of the page.
  package var pictures: [Picture] {
    sections.flatMap { Self.pictures(in: $0.blocks) }
  }

  static func pictures(in blocks: [Block]) -> [Picture] {
    blocks.flatMap { block -> [Picture] in
      switch block {
      case .pictures(let found): found
      case .folded(_, let blocks): pictures(in: blocks)
      default: []
      }
    }
  }
}
