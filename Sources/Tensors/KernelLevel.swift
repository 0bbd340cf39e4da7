private import CKernels

/// The instruction level of the kernels; part of what decides the bytes of a result, so recorded.
package enum KernelLevel: String, Codable, CaseIterable, Sendable {
  /// 16-byte vectors, no fused multiply-add: every processor.
  case portable
  /// x86-64-v3: AVX2 with fused multiply-add.
  case v3
  /// x86-64-v4: AVX-512.
  case v4

  /// The fastest level of this processor.
  package static var best: KernelLevel {
    let level = ck_best_level()
    return level == Int32(CK_V4) ? .v4 : level == Int32(CK_V3) ? .v3 : .portable
  }

  /// Whether this processor runs the level.
  package var isAvailable: Bool { code <= ck_best_level() }

  /// The level as the kernels take it.
  var code: Int32 {
    switch self {
    case .portable: Int32(CK_PORTABLE)
    case .v3: Int32(CK_V3)
    case .v4: Int32(CK_V4)
    }
  }
}
