import Foundation
import Tensors

// cmkt-bench peak|epoch [--threads N] [--kernels LEVEL] [--epochs N] [--keep-strong-latents]
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

let threads = option("--threads").flatMap { Int($0) } ?? 2
let level = option("--kernels").flatMap { KernelLevel(rawValue: $0) } ?? .best
let epochs = option("--epochs").flatMap { Int($0) } ?? 3
let keepsStrongLatents = CommandLine.arguments.contains("--keep-strong-latents")
let compute = Compute(threadCount: threads, level: level)

switch CommandLine.arguments.dropFirst().first {
case "peak":
  try print(json: [
    "workload": "matrix-product-1536", "library": "cmkt", "threads": threads,
    "kernels": level.rawValue, "gflops": peak(compute),
    "gflops_one_thread": peak(Compute(threadCount: 1, level: level)),
  ])
case "epoch":
  let workload = ReferenceWorkload(compute: compute, keepsStrongLatents: keepsStrongLatents)
  var loss = try workload.epoch()
  let times = try (0..<epochs).map { _ in try seconds { loss = try workload.epoch() } }.sorted()
  let operations = ReferenceWorkload.gigaOperations(keepsStrongLatents: keepsStrongLatents)
  let speed = operations / times[0]
  try print(json: [
    "workload": "bigru-step2-epoch", "library": "cmkt", "threads": threads,
    "kernels": level.rawValue, "median_seconds": times[times.count / 2],
    "minimum_seconds": times[0], "runs": epochs, "gflop": operations, "gflops": speed,
    "share_of_peak": speed / peak(compute), "loss": loss,
    "strong_encoder": keepsStrongLatents ? "once, before the epochs" : "forward in every step",
  ])
default:
  FileHandle.standardError.write(Data("usage: cmkt-bench peak|epoch\n".utf8))
  exit(64)
}
