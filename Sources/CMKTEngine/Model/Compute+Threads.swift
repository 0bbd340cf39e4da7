import Foundation
import Tensors

extension Compute {
  /// A compute on `threads` threads, or on all processors.
  static func forThreads(_ threads: Int?) -> Compute {
    Compute(threadCount: threads ?? ProcessInfo.processInfo.activeProcessorCount)
  }
}
