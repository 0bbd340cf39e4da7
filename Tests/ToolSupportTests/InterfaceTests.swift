import Foundation
import Testing
import ToolSupport

@Suite struct InterfaceTests {
  @Test(arguments: [
    "help", "fit-help", "man", "bash", "zsh", "fish", "json",
  ])
  func snapshot(name: String) throws {
    let words: [String] =
      switch name {
      case "help": ["--help"]
      case "fit-help": ["fit", "--help"]
      case "man": ["--generate-man"]
      case "json": ["--help", "--json"]
      default: ["--generate-completion-script", name]
      }
    let console = Console.captured(toolName: "sample", isJSON: name == "json")
    #expect(sampleTool.run(words, console: console) == .ok)
    try expectSnapshot(console.captured.output, named: name)
  }

  /// Help, manual page, completions and JSON are made from one table; this finds what one of
  /// them leaves out.
  @Test func allFormsListTheSameOptions() throws {
    let manual = runSample("--generate-man").output.replacing("\\-", with: "-")
    let bash = runSample("--generate-completion-script=bash").output
    let zsh = runSample("--generate-completion-script=zsh").output
    let fish = runSample("--generate-completion-script=fish").output
    for command in sampleTool.commands {
      let words = command.name.split(separator: " ").map(String.init)
      let help = runSample(words + ["--help"]).output
      let json = runSample(words + ["--help"], isJSON: true).output
      for option in command.allOptions {
        for text in [help, manual, bash, zsh] {
          #expect(text.contains(option.dashed), "\(command.name) \(option.name)")
        }
        #expect(fish.contains("-l \(option.name)"))
        #expect(json.contains("\"name\": \"\(option.name)\""))
      }
    }
  }

  @Test func linesOfHelpFitATerminal() {
    for line in runSample("fit", "--help").output.split(separator: "\n") {
      #expect(line.count <= 80)
    }
  }
}

/// Compares with a file in `Tests/Golden`; with `CMKT_RECORD=1` rewrites the file, and fails.
func expectSnapshot(
  _ text: String, named name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Golden/ToolSupport/\(name).txt")
  if ProcessInfo.processInfo.environment["CMKT_RECORD"] == "1" {
    try Data(text.utf8).write(to: url)
    Issue.record("recorded \(name)", sourceLocation: sourceLocation)
    return
  }
  let expected = String(decoding: try Data(contentsOf: url), as: UTF8.self)
  #expect(text == expected, sourceLocation: sourceLocation)
}
