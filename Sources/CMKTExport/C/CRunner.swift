import Foundation

/// A C artefact at work: compiled, and fed through its own main program.
struct CRunner: ArtefactRunner {
  private struct Target {
    var name: String
    var columns: Int
    var isPooled: Bool
  }

  private let folder: TemporaryFolder
  private let program: String
  private let featureCount: Int
  private let targets: [Target]
  /// `run` or `stream`.
  private let feed: String

  /// Seconds that a compiler or a run may take.
  private static let compileSeconds = 600.0
  private static let runSeconds = 600.0

  /// Compiles `source` and runs its self test.
  ///
  /// - Throws: `missingProgram` without a C compiler; `artefact` where it does not compile or run;
  ///   `selfTest` where it computes something else.
  init(source: [UInt8]) throws(ExportFailure) {
    let text = String(decoding: source, as: UTF8.self)
    guard
      let line = text.split(separator: "\n").last(where: { $0.hasPrefix("#ifdef ") }),
      line.hasSuffix("_MAIN")
    else {
      throw .artefact(location: "C", expected: "a program of this tool", found: "another text")
    }
    folder = try TemporaryFolder()
    let file = folder.path + "/model.c"
    program = folder.path + "/model"
    try folder.write(source, to: "model.c")
    let compiler = try CCompiler.found()
    let words =
      compiler.words + [
        "-std=c99", "-O1", "-D" + line.dropFirst("#ifdef ".count), "-o", program, file, "-lm",
      ]
    let compiled = try ChildProgram(
      compiler.path, words, folder: folder, seconds: Self.compileSeconds
    ).run()
    guard compiled.code == 0 else {
      throw .artefact(
        location: "C", expected: "a text that '\(compiler.path)' compiles",
        found: String(compiled.errors.prefix(400)))
    }
    let test = try ChildProgram(program, ["self-test"], folder: folder, seconds: Self.runSeconds)
      .run()
    guard test.code != 1 else {
      throw .selfTest(String(decoding: test.output, as: UTF8.self).replacing("\n", with: ""))
    }
    guard test.code == 0 else {
      throw .artefact(
        location: "self test", expected: "a program that ends with 0 or 1", found: "\(test.code)")
    }
    let told = try ChildProgram(program, ["describe"], folder: folder, seconds: Self.runSeconds)
      .run()
    (featureCount, targets, feed) = Self.described(String(decoding: told.output, as: UTF8.self))
  }

  private static func described(_ text: String) -> (Int, [Target], String) {
    var featureCount = 0
    var targets: [Target] = []
    var feed = "run"
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 3).map(String.init)
      if words.count == 2, words[0] == "features" { featureCount = Int(words[1]) ?? 0 }
      if words.count == 2, words[0] == "feed" { feed = words[1] }
      if words.count == 4, words[0] == "target" {
        targets.append(
          Target(
            name: words[3], columns: Int(words[1]) ?? 0, isPooled: words[2] == "sequence"))
      }
    }
    return (featureCount, targets, feed)
  }

  func predictions(
    for batch: ParityBatch
  ) throws(ExportFailure) -> [String: [[[Double]]]] {
    guard featureCount == batch.featureCount else {
      throw .artefact(
        location: "C", expected: "\(batch.featureCount) features", found: "\(featureCount)")
    }
    var input: [UInt8] = []
    for row in batch.sequences.joined() {
      for value in row { Self.append(Float(value), to: &input) }
    }
    try folder.write(input, to: "input")
    let counts = batch.sequences.map { String($0.count) }
    let run = try ChildProgram(
      program, [feed] + counts, folder: folder, seconds: Self.runSeconds, input: "input"
    ).run()
    guard run.code == 0 else {
      throw .artefact(location: "C", expected: "exit code 0", found: "\(run.code)")
    }
    return try rows(run.output, lengths: batch.sequences.map(\.count))
  }

  private func rows(
    _ output: [UInt8], lengths: [Int]
  ) throws(ExportFailure) -> [String: [[[Double]]]] {
    var result: [String: [[[Double]]]] = [:]
    var place = 0
    for length in lengths {
      for target in targets {
        let count = target.isPooled ? 1 : length
        guard output.count - place >= 4 * count * target.columns else {
          throw .artefact(
            location: "C", expected: "\(count) rows of '\(target.name)'", found: "fewer")
        }
        let rows = (0..<count).map { row in
          (0..<target.columns).map { column in
            Self.float(output, at: place + 4 * (row * target.columns + column))
          }
        }
        place += 4 * count * target.columns
        result[target.name, default: []].append(rows)
      }
    }
    guard place == output.count else {
      throw .artefact(
        location: "C", expected: "\(place) bytes of predictions", found: "\(output.count)")
    }
    return result
  }

  // Programs run on the machine that compiled them, so that its own byte order is right.
  private static func append(_ value: Float, to bytes: inout [UInt8]) {
    let pattern = value.bitPattern
    #if _endian(little)
      for index in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: pattern >> (8 * index))) }
    #else
      for index in (0..<4).reversed() {
        bytes.append(UInt8(truncatingIfNeeded: pattern >> (8 * index)))
      }
    #endif
  }

  private static func float(_ bytes: [UInt8], at place: Int) -> Double {
    #if _endian(little)
      let order = [3, 2, 1, 0]
    #else
      let order = [0, 1, 2, 3]
    #endif
    let pattern = order.reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
    return Double(Float(bitPattern: pattern))
  }
}
