import Foundation
import Tensors

// cmkt-bench peak|WORKLOAD [--threads N] [--kernels LEVEL] [--runs N] [--keep-strong-latents]
// Workloads: (bigru|transformer)-step2-epoch, (bigru|transformer)-evaluate-7501.
// Prints one JSON line. `Tools/dev/bench/run` sets it beside PyTorch.

/// The value after `name`, or nil.
func option(_ name: String) -> String? {
  let arguments = CommandLine.arguments
  guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
  return arguments[index + 1]
}

func print(json fields: [String: Any]) throws {
  let data = try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys])
  print(String(decoding: data, as: UTF8.self))
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let duration = try clock.measure(body)
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

/// The best speed of a 1536³ product in single precision, in 10⁹ operations a second.
func peak(_ compute: Compute) -> Double {
  let tape = Tape<Float>(compute: compute, isRecording: false)
  let size = 1536
  let operations = 2 * Double(size * size * size)
  var best = 0.0
  for _ in 0..<8 {
    tape.reset()
    let a = tape.constant(Tensor(repeating: 0.5, shape: [size, size]))
    let time = seconds { _ = tape.product(a, a) }
    best = max(best, operations / time / 1e9)
  }
  return best
}

/// The most memory that this process has held, in mebibytes; 0 where the system does not tell.
func peakMebibytes() -> Int {
  let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
  let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  return line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1024 } ?? 0
}

let threads = option("--threads").flatMap { Int($0) } ?? 2
let level = option("--kernels").flatMap { KernelLevel(rawValue: $0) } ?? .best
let runs = max(1, option("--runs").flatMap { Int($0) } ?? 3)
let keepsStrongLatents = CommandLine.arguments.contains("--keep-strong-latents")
let compute = Compute(threadCount: threads, level: level)

/// Times `body` after a run to warm up, and prints the line; `more` may add to it.
func measure(
  _ workload: String, _ body: () throws -> Double, more: ([Double]) -> [String: Any] = { _ in [:] }
) throws {
  var value = try body()
  let times = try (0..<runs).map { _ in try seconds { value = try body() } }.sorted()
  let memory = peakMebibytes()
  let fields: [String: Any] = [
    "workload": workload, "library": "cmkt", "threads": threads, "kernels": level.rawValue,
    "median_seconds": times[times.count / 2], "minimum_seconds": times[0], "runs": runs,
    "peak_mebibytes": memory, "value": value,
  ]
  try print(json: fields.merging(more(times)) { $1 })
}

func run(_ name: String) throws -> Bool {
  if name == "peak" {
    try print(json: [
      "workload": "matrix-product-1536", "library": "cmkt", "threads": threads,
      "kernels": level.rawValue, "gflops": peak(compute),
      "gflops_one_thread": peak(Compute(threadCount: 1, level: level)),
    ])
    return true
  }
  let parts = name.split(separator: "-", maxSplits: 1)
  guard parts.count == 2, let networks = ReferenceNetworks(rawValue: String(parts[0])) else {
    return false
  }
  switch parts[1] {
  case "step2-epoch":
    let workload = ReferenceWorkload(
      networks, compute: compute, keepsStrongLatents: keepsStrongLatents)
    let operations = networks.epochGigaOperations(keepsStrongLatents: keepsStrongLatents)
    try measure(name, workload.epoch) { times in
      let speed = operations / times[0]
      return [
        "gflop": operations, "gflops": speed, "share_of_peak": speed / peak(compute),
        "strong_encoder": keepsStrongLatents ? "once, before the epochs" : "forward in every step",
      ]
    }
  case "evaluate-7501":
    let workload = EvaluationWorkload(networks, compute: compute)
    try measure(name, workload.run)
  default: return false
  }
  return true
}

if try !run(CommandLine.arguments.dropFirst().first ?? "") {
  FileHandle.standardError.write(
    Data("usage: cmkt-bench peak|(bigru|transformer)-(step2-epoch|evaluate-7501)\n".utf8))
  exit(64)
}
