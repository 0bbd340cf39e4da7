import Testing
import ToolSupport

@Suite struct ParserTests {
  /// The invocation that a command line of `fit` leads to.
  private func fit(_ words: String...) throws -> Invocation {
    let box = Box()
    var tool = sampleTool
    tool.commands[1].run = { invocation in
      box.set(invocation)
      return CommandResult()
    }
    let console = Console.captured(toolName: "sample")
    let code = tool.run(["fit"] + words, console: console)
    #expect(code == .ok, "\(console.captured.errors)")
    return try #require(box.invocation)
  }

  @Test func spellingsOfValues() throws {
    let invocation = try fit(
      "--output=m.h5", "a", "--rate", "0.25", "-d", "--target", "x,y", "--target=z",
      "--hop", "0.1", "--hop", "audio=0.2", "b", "--", "-c")
    #expect(invocation.string("output") == "m.h5")
    #expect(invocation.optionalNumber("rate") == 0.25)
    #expect(invocation.flag("deep") && !invocation.flag("force"))
    #expect(invocation.list("target") == ["x", "y", "z"])
    #expect(invocation.perModality("hop").others == "0.1")
    #expect(invocation.perModality("hop").byModality == ["audio": "0.2"])
    #expect(invocation.string("first") == "a")
    #expect(invocation.strings("others") == ["b", "-c"])
    #expect(invocation.integer("seed") == 1)
  }

  @Test func shortOptionsAndValuesThatBeginWithADash() throws {
    #expect(try fit("a", "-om.h5").string("output") == "m.h5")
    #expect(try fit("a", "-do", "m.h5").flag("deep"))
    #expect(try fit("a", "-o", "m", "--hop", "-0.5").perModality("hop").others == "-0.5")
    #expect(try fit("a", "-o", "-").string("output") == "-")
    #expect(try fit("a", "-o", "m", "--target", "-x").list("target") == ["-x"])
  }

  @Test func canonicalCommandHasDefaultsAndBaseNames() throws {
    let invocation = try fit(
      "text=/data/a b.h5", "/data/c.h5::/group/x", "-o", "/tmp/m.h5", "--log", "l", "--threads", "3"
    )
    #expect(
      invocation.canonicalCommand
        == "sample fit 'text=a b.h5' c.h5::/group/x --output m.h5 --method fast --seed 1 --hop 0.5")
  }

  @Test func defaultCommandAndCommonOptionsBeforeTheCommand() {
    #expect(runSample("a.h5").output == "file a.h5\n")
    #expect(runSample("--quiet", "show", "a.h5").output == "file a.h5\n")
    #expect(runSample("--threads", "2", "show", "b").output == "file b\n")
    #expect(runSample("data").output == "file data\n")
  }

  @Test func commandsOfTwoWords() {
    #expect(runSample("fit", "again", "m.h5").output == "again m.h5\n")
    #expect(runSample("fit", "-q", "again", "m.h5").output == "again m.h5\n")
    #expect(runSample("fit", "--threads", "2", "again", "m.h5").output == "again m.h5\n")
    #expect(
      runSample("fit", "again", "m.h5", isJSON: true).output
        .contains("sample fit again m.h5 --times 1"))
    #expect(runSample("fit", "again", "--help").output.contains("--times"))
    #expect(runSample("fit", "--help").output.contains("fit again"))
    // What comes later, or is a value, names no part.
    #expect(runSample("fit", "a.h5", "again", "-o", "m.h5").status == 1)
    #expect(runSample("fit", "-o", "again", "a.h5").status == 1)
    #expect(runSample("again", "m.h5").status == 64)
    let slip = runSample("fit", "agian", "m.h5")
    #expect(slip.status == 64 && slip.errors.contains("did you mean 'again'?"))
  }

  @Test(arguments: [
    (["fitt", "a"], "unknown command 'fitt'; did you mean 'fit'? (known: show, fit, break)"),
    (
      ["fit", "a", "--methd", "x"],
      "unknown option '--methd' of 'sample fit'; did you mean '--method'?"
    ),
    (
      ["fit", "a", "--method", "fas"],
      "--method takes one of fast, slow, not 'fas'; did you mean 'fast'?"
    ),
    (["fit", "a", "--seed", "-1"], "--seed takes a whole number of at least 0, not '-1'"),
    (["fit", "a", "--seed", "1e3"], "--seed takes a whole number of at least 0, not '1e3'"),
    (["fit", "a", "--rate", "2"], "--rate takes a number from 0 to 1, not '2'"),
    (["fit", "a", "--rate", "nan"], "--rate takes a number from 0 to 1, not 'nan'"),
    (["fit", "a", "--hop", "audio=x"], "--hop takes a number, not 'x'"),
    (["fit", "a", "--output"], "--output needs a value, FILE; none follows"),
    (
      ["fit", "a", "--output", "--force"],
      "--output needs a value, FILE, but '--force' follows; "
        + "write --output=--force if that is the value"
    ),
    (["fit", "a", "-o", "m", "-o", "n"], "--output is given more than once; give it once"),
    (["fit", "a", "--force=1"], "--force takes no value"),
    (["fit", "a"], "-o, --output FILE is missing; see 'sample fit --help'"),
    (["fit", "-o", "m"], "FIRST is missing; see 'sample fit --help'"),
    (["show", "a", "b"], "unexpected argument 'b' of 'sample show'; see 'sample show --help'"),
    (["show", "a", "--threads", "0"], "--threads takes a whole number from 1 to 1024, not '0'"),
    (["--generate-completion-script", "tcsh"], "unknown shell 'tcsh'; known: bash, zsh, fish"),
    (["show", "-z"], "unknown option '-z' of 'sample show'; did you mean '-"),
  ])
  func mistakesAreOneSentence(words: [String], message: String) {
    let console = Console.captured(toolName: "sample")
    #expect(sampleTool.run(words, console: console) == .usage)
    let errors = console.captured.errors
    #expect(console.captured.output.isEmpty)
    if message.hasSuffix("-") { return }
    #expect(errors == "sample: error: \(message)\n")
  }

  @Test func helpBeatsValidation() {
    let result = runSample("fit", "--seed", "x", "--nonsense", "--help")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("OVERVIEW: Fit a model."))
  }

  @Test func nearestNames() {
    #expect(nearest(to: "adio", in: ["audio", "text", "video"]) == "audio")
    #expect(nearest(to: "txet", in: ["audio", "text", "video"]) == "text")
    #expect(nearest(to: "lab", in: ["label", "valence"]) == "label")
    #expect(nearest(to: "arousal", in: ["valence"]) == nil)
    #expect(nearest(to: "", in: ["a"]) == nil)
  }
}

/// Carries an invocation out of a command.
private final class Box: @unchecked Sendable {
  private(set) var invocation: Invocation?
  func set(_ invocation: Invocation) { self.invocation = invocation }
}
