import CMKTInspect
import ToolSupport

/// `cmkt-inspect diff A B`: only the differences; exit code 1 where there are some.
let diffCommand = Command(
  name: "diff", summary: "Compare two files, features or models, and list only the differences.",
  discussion:
    "Every object, attribute and value is compared, in blocks, so that memory stays bounded."
    + " Floats a and b are equal where |a - b| <= ABSOLUTE + RELATIVE * max(|a|, |b|); all else"
    + " is equal or not. Recipes and architectures are compared member by member. How values are"
    + " stored (chunks, compression) is no content. Digests follow from the rest, and are listed"
    + " where nothing else differs. Ends with 0 where the files are the same, with 1 otherwise.",
  examples: [
    Example("cmkt-inspect diff a.h5 b.h5", "Is it the same data?"),
    Example(
      "cmkt-inspect diff a.h5 b.h5 --absolute 1e-6 --ignore /provenance",
      "The same but for rounding and for where it came from?"),
  ],
  arguments: [
    Argument("first", .inputFile, help: "A features file, a model, or any HDF5 file."),
    Argument("second", .inputFile, help: "The other one."),
  ],
  options: [
    .value(
      "absolute", .number(0...Double.greatestFiniteMagnitude), "X",
      help: "Absolute tolerance of floats.", default: "0"),
    .value("relative", .number(0...1), "X", help: "Relative tolerance of floats.", default: "0"),
    .value(
      "nan", .choice(DifferenceOptions.NaNPolicy.allCases.map(\.rawValue)), "POLICY",
      help: "Whether NaN and NaN are equal or different.", default: "equal"),
    .value(
      "ignore", .text, "PATH",
      help: "Leave out /PATH and all in it, or /PATH@ATTRIBUTE; * stands for any one name.",
      isRepeatable: true),
    .flag(
      "any-order",
      help: "Compare the sequences of features files by id, in whatever order they stand;"
        + " /statistics then within 1e-9, relative."),
  ],
  run: { invocation in
    var ignored: [IgnoredPath] = []
    for text in invocation.strings("ignore") {
      guard let path = IgnoredPath(text) else {
        throw ToolFailure(
          .usage,
          "--ignore: expected a path from the root, such as /provenance, found '\(text)'")
      }
      ignored.append(path)
    }
    let difference = try FileDifference(
      between: invocation.string("first"), and: invocation.string("second"),
      DifferenceOptions(
        absolute: invocation.number("absolute"), relative: invocation.number("relative"),
        nan: DifferenceOptions.NaNPolicy(rawValue: invocation.string("nan")) ?? .equal,
        ignored: ignored, inAnyOrder: invocation.flag("any-order")))
    return CommandResult(
      difference.differences.isEmpty ? .ok : .findings,
      document: difference.report.show(on: invocation.console))
  })
