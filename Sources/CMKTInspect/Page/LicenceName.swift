/// The names of licences that a page may repeat: other words may be anything that somebody wrote.
package enum LicenceName {
  /// As in the SPDX list of licences, without versions of those of Creative Commons.
  private static let known = [
    "0BSD", "AGPL-3.0-only", "AGPL-3.0-or-later", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause",
    "C-UDA-1.0", "CC-PDDC", "CC0-1.0", "CDLA-Permissive-1.0", "CDLA-Permissive-2.0",
    "CDLA-Sharing-1.0", "GPL-2.0-only", "GPL-2.0-or-later", "GPL-3.0-only", "GPL-3.0-or-later",
    "ISC", "LGPL-2.1-only", "LGPL-2.1-or-later", "LGPL-3.0-only", "LGPL-3.0-or-later", "MIT",
    "MPL-2.0", "O-UDA-1.0", "ODC-By-1.0", "ODbL-1.0", "PDDL-1.0", "Unlicense",
  ]
  private static let creativeCommons = ["BY", "BY-NC", "BY-NC-ND", "BY-NC-SA", "BY-ND", "BY-SA"]
  private static let versions = ["1.0", "2.0", "2.5", "3.0", "4.0"]

  /// By its name in lower case: the name as it is written.
  private static let names: [String: String] = {
    let all =
      known + creativeCommons.flatMap { kind in versions.map { "CC-\(kind)-\($0)" } }
    return Dictionary(all.map { ($0.lowercased(), $0) }) { first, _ in first }
  }()

  /// `text` where it is a known name, else words that say no more than that there are some.
  package static func shared(_ text: String) -> String {
    if text.isEmpty { return text }
    return names[text.lowercased().replacing(" ", with: "-")] ?? "stated, withheld"
  }
}
