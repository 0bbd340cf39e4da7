import CMKTFormat
import CMKTInspect
import ToolSupport

extension Invocation {
  /// The report as the result of the command, and its tables where `--csv` wants them: in a file
  /// beside the text, or in place of it on standard output.
  ///
  /// - Throws: exit code 64 where two documents want standard output.
  func show(_ report: Report, tables: () -> String) throws -> [JSONValue.Member] {
    guard let path = optionalString("csv") else { return report.show(on: console) }
    guard path == "-" else {
      try DurableFile.write(Array(tables().utf8), to: path, replacing: isForced)
      return report.show(on: console)
    }
    guard !console.isJSON else {
      throw ToolFailure.usage("--csv - and --json both want standard output; give --csv a FILE")
    }
    console.print(tables(), terminator: "")
    return []
  }
}
