import Foundation
import Testing
import ToolSupport

@Suite struct OutputTests {
  @Test func everyExitPathIsOneDocument() throws {
    let lines: [([String], Int)] = [
      (["show", "a"], 0), (["fit", "a", "-o", "m"], 1), (["break"], 70), (["fit"], 64),
      (["show", "--nonsense"], 64), (["--help"], 0), (["fit", "--help"], 0), (["--version"], 0),
      (["--generate-man"], 0), (["--generate-completion-script", "zsh"], 0), (["shw"], 64),
    ]
    for (words, status) in lines {
      let console = Console.captured(toolName: "sample", isJSON: true)
      let code = sampleTool.run(words + ["--json"], console: console)
      #expect(Int(code.status) == status, "\(words)")
      let document = try JSONSerialization.jsonObject(with: Data(console.captured.output.utf8))
      let object = try #require(document as? [String: Any])
      #expect(object["schema_version"] as? Int == 1)
      #expect(object["code"] as? Int == status)
      #expect((object["message"] != nil) == (status > 1), "\(words)")
    }
  }

  @Test func commandLinesWithoutACommandAskForOne() {
    var tool = sampleTool
    tool.defaultCommand = nil
    let console = Console.captured(toolName: "sample")
    #expect(tool.run([], console: console) == .usage)
    #expect(
      console.captured.errors
        == "sample: error: a command is needed, one of show, fit, break; see 'sample --help'\n")
  }

  @Test func warningsStandInTheDocument() {
    let result = runSample("fit", "a", "-o", "m", isJSON: true)
    #expect(result.errors == "sample: warning: this is a sample\n")
    #expect(result.output.contains("\"warnings\": [\n    \"this is a sample\"\n  ]"))
  }

  @Test func inputsAndOutputsAreCheckedFirst() throws {
    let tool = Tool(
      name: "t", version: "1", summary: "",
      commands: [
        Command(
          summary: "", arguments: [Argument("input", .inputFile, help: "")],
          options: [.output("FILE", help: ""), .force], run: { _ in CommandResult() })
      ])
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: nil)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = folder + "/a"
    try Data("x".utf8).write(to: URL(filePath: file))
    func status(_ words: String...) -> Int32 {
      tool.run(words, console: .captured()).status
    }
    #expect(status(folder + "/missing", "-o", folder + "/o") == 66)
    #expect(status(folder, "-o", folder + "/o") == 66)
    try Data("y".utf8).write(to: URL(filePath: folder + "/b"))
    #expect(status(file, "-o", folder + "/b") == 73)
    #expect(status(file, "-o", folder + "/b", "--force") == 0)
    #expect(status(file, "-o", "/dev/null", "--force") == 73)
    #expect(status(file, "-o", folder, "--force") == 73)
    #expect(status(file, "-o", folder + "/no/o") == 73)
    #expect(status(file, "-o", folder + "/o") == 0)
  }

  @Test func anOutputIsNoInputAndNoOtherOutput() throws {
    let tool = Tool(
      name: "t", version: "1", summary: "",
      commands: [
        Command(
          summary: "", arguments: [Argument("input", .inputFile, help: "")],
          options: [
            .output("FILE", help: "", alsoWrites: [".part"]),
            .value("log", .appendedFile, "LOG", help: ""),
            .value("add", .source, "NAME=FILE", help: "", isRepeatable: true),
            .value("into", .outputFolder, "FOLDER", help: ""), .force,
          ], run: { _ in CommandResult() })
      ])
    let manager = FileManager.default
    let folder = manager.temporaryDirectory.appending(path: UUID().uuidString).path
    try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? manager.removeItem(atPath: folder) }
    func at(_ name: String) -> String { "\(folder)/\(name)" }
    for name in ["a", "b"] { try Data("x".utf8).write(to: URL(filePath: at(name))) }
    try manager.createSymbolicLink(atPath: at("link"), withDestinationPath: "a")
    try manager.createSymbolicLink(atPath: at("dangling"), withDestinationPath: "o")
    try manager.linkItem(atPath: at("a"), toPath: at("hard"))
    func status(_ words: String...) -> (Int32, String) {
      let console = Console.captured(toolName: "t")
      return (tool.run(words, console: console).status, console.captured.errors)
    }
    for output in ["a", "./a", "link", "hard"] {
      for more in [[], ["--force"]] {
        let console = Console.captured(toolName: "t")
        #expect(tool.run([at("a"), "-o", at(output)] + more, console: console) == .usage)
        #expect(console.captured.errors.contains("--output would write '\(at(output))'"))
        #expect(console.captured.errors.contains("of INPUT"))
      }
    }
    #expect(status(at("a"), "-o", at("o"), "--log", at("a")).0 == 64)
    #expect(status(at("a"), "-o", at("o"), "--log", at("o")).0 == 64)
    #expect(status(at("a"), "-o", at("o"), "--log", at("dangling")).0 == 64)
    #expect(status(at("a"), "-o", at("o"), "--log", at("o.part")).0 == 64)
    #expect(status(at("a"), "-o", at("o"), "--log", at("b")).0 == 0)
    #expect(status(at("a"), "-o", at("o"), "--into", at("o")).0 == 64)
    #expect(status(at("a"), "-o", at("o"), "--into", at("b")).0 == 73)
    #expect(status(at("a"), "-o", at("b"), "--add", "x=\(at("b"))", "--force").0 == 64)
    #expect(status(at("a"), "-o", at("b"), "--add", "\(at("b"))::/x", "--force").0 == 64)
    #expect(status(at("a"), "-o", at("o"), "--log", "/dev/null").0 == 73)
    #expect(status(at("a"), "-o", at("o"), "--into", folder).0 == 0)
    // Names without a folder, which is then the current one.
    let nowhere = "cmkt-\(UUID().uuidString)"
    #expect(status(at("a"), "-o", at("o"), "--add", "x=\(nowhere)", "--into", ".").0 == 0)
    #expect(status(at("a"), "-o", at("o"), "--log", "./\(nowhere)", "--into", nowhere).0 == 64)
  }

  @Test func jsonIsOrderedAndExact() {
    let value: JSONValue = [
      "b": 1, "a": [1.5, nil, true, "x\"\u{1}\u{9B}\\\n"], "e": [], "o": [:],
    ]
    let text = #"{"b":1,"a":[1.5,null,true,"x\"\u0001\u009b\\\n"],"e":[],"o":{}}"#
    #expect(value.encoded(indented: false) == text)
    #expect(JSONValue.number(.nan).encoded() == "null")
    #expect(JSONValue.single(0.1).encoded() == "0.1")
    #expect(value["b"] == 1)
  }

  @Test func controlCharactersAreSpelledOut() {
    #expect(escapingControls("a\u{1B}[2J\u{202E}\n") == "a\\u{1b}[2J\\u{202e}\n")
    #expect(escapingControls("\u{2028}\u{200F}\u{E0041}") == "\\u{2028}\\u{200f}\\u{e0041}")
    #expect(
      escapingControls("n\u{E9}e\u{301}\t\u{202F}\u{4E2D}") == "n\u{E9}e\u{301}\t\u{202F}\u{4E2D}")
    #expect(JSONValue.string("\u{2028}\u{E0041}").encoded() == "\"\\u2028\\udb40\\udc41\"")
  }

  @Test func progressShowsRateAndTimeLeft() {
    let clock = Clock()
    let console = Console.captured()
    let report = ProgressReport(
      console, label: "step 1", total: 100, unit: "epochs", now: { clock.now })
    report.update(1)
    clock.advance(seconds: 10)
    report.update(20, detail: "loss 0.5")
    report.update(21)
    report.finish("done")
    #expect(
      console.captured.errors
        == "step 1  20/100 epochs  2.0/s  40 s left  loss 0.5\ndone\n")
  }

  @Test func quietIsSilent() {
    let console = Console.captured(isQuiet: true)
    ProgressReport(console, label: "x", unit: "y").finish("done")
    console.note("note")
    #expect(console.captured.errors.isEmpty)
  }

  @Test func durations() {
    #expect(durationText(41.2) == "42 s")
    #expect(durationText(185) == "3 min 5 s")
    #expect(durationText(7800) == "2 h 10 min")
    #expect(durationText(.infinity) == "very long")
  }
}

/// A clock that stands still until told.
private final class Clock: @unchecked Sendable {
  private(set) var now = ContinuousClock.now
  func advance(seconds: Int) { now += .seconds(seconds) }
}
