import Foundation
import Tensors

extension Compute {
  /// A compute on `threads` threads, or on all processors, with the kernels of `level`.
  static func forThreads(_ threads: Int?, level: KernelLevel = .best) -> Compute {
    Compute(
      threadCount: threads ?? ProcessInfo.processInfo.activeProcessorCount, level: level)
  }
}
