import CMKTEngine
import CMKTFormat
import CMKTInspect
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct HeadroomTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// What the made-up modalities share.
  private enum World {
    /// The strong modality has nothing to do with anything; the weak one shows the cause dimly.
    case strongIsNoise
    /// The strong modality shows the cause, which the weak one does not.
    case weakIsBlind
    /// Both show it, the weak one under nuisance; few and noisy labels.
    case scarceLabels
  }

  /// Recordings of slowly varying features; `count` with labels, then some without.
  private func features(_ world: World, seed: UInt64) -> FeaturesFile {
    let isHard = world == .scarceLabels
    let (count, total, length) = isHard ? (12, 36, 40) : (10, 20, 50)
    let (weakWidth, strongWidth, nuisances) = isHard ? (60, 6, 40) : (24, 6, 12)
    var stream = RandomStream(seed: seed, purpose: "headroom")
    var mixing = RandomStream(seed: seed, purpose: "mixing")
    let mixed = (0..<weakWidth * nuisances).map { _ in mixing.normal() }
    let shown = (0..<weakWidth).map { _ in mixing.normal() }
    var (weak, strong, labels): ([Float], [Float], [Float]) = ([], [], [])
    for _ in 0..<total {
      var states = (0..<(1 + nuisances + strongWidth)).map { _ in stream.normal() }
      for _ in 0..<length {
        for index in states.indices {
          states[index] = 0.8 * states[index] + 0.6 * stream.normal()
        }
        let cause = states[0]
        for column in 0..<weakWidth {
          var value = world == .weakIsBlind ? 0 : shown[column] * cause
          for index in 0..<nuisances {
            value += mixed[column * nuisances + index] * states[1 + index]
          }
          weak.append(Float(value + 0.5 * stream.normal()))
        }
        for column in 0..<strongWidth {
          let noise = states[1 + nuisances + column]
          strong.append(Float(world == .strongIsNoise ? noise : cause + 0.3 * noise))
        }
        labels.append(Float(cause + 2 * stream.normal()))
      }
    }
    var file = FeaturesFile(
      sequences: SequenceTable(
        ids: (0..<total).map { "s\($0)" }, recordings: (0..<total).map { "r\($0)" },
        speakers: Array(repeating: "", count: total),
        splits: (0..<total).map { $0 < count ? .train : .unlabelled },
        offsets: (0...total).map { $0 * length }),
      timeBase: .index)
    let rows = total * length
    for (name, values, width) in [("weak", weak, weakWidth), ("strong", strong, strongWidth)] {
      file.modalities[name] = Modality(
        values: Tensor(shape: [rows, width], elements: values),
        validity: .rows(Array(repeating: true, count: rows)),
        featureNames: (0..<width).map { "\(name)_\($0)" }, level: .frame)
    }
    file.targets["mood"] = Target(
      values: Tensor(shape: [rows, 1], elements: labels),
      valid: (0..<rows).map { $0 < count * length }, level: .frame, kind: .regression)
    return file
  }

  private func request(_ file: FeaturesFile, _ name: String) throws -> HeadroomRequest {
    let path = folder.file("\(name).h5")
    try file.write(to: path, replacing: true)
    var request = HeadroomRequest(
      featuresPath: path, weak: "weak", strong: "strong", target: "mood")
    request.permutationCount = 0
    return request
  }

  private func verdict(_ world: World, seed: UInt64) throws -> String? {
    let report = try Headroom.result(request(features(world, seed: seed), "seed\(seed)")).report
    guard case .facts(let facts) = report.sections.first?.body,
      case .text(let verdict) = facts.first(where: { $0.key == "verdict" })?.cell.value
    else { return nil }
    return verdict
  }

  /// Of 50 data sets at most 2 (4 %) are told that there is something to transfer.
  @Test func strongNoiseHasNothingToTransfer() throws {
    let verdicts = try (0..<50).map { try verdict(.strongIsNoise, seed: UInt64($0)) }
    #expect(verdicts.count { $0 == "headroom" } <= 2)
    #expect(verdicts.count { $0 == "strong_not_better" } >= 45)
  }

  @Test func whatWeakDoesNotShowCannotBeTransferred() throws {
    let verdicts = try (0..<20).map { try verdict(.weakIsBlind, seed: UInt64(100 + $0)) }
    #expect(verdicts.count { $0 == "headroom" } <= 1)
    #expect(verdicts.count { $0 == "not_visible" } >= 18)
  }

  @Test func scarceLabelsLeaveHeadroom() throws {
    let verdicts = try (0..<10).map { try verdict(.scarceLabels, seed: UInt64(200 + $0)) }
    #expect(verdicts.count { $0 == "headroom" } >= 8)
  }

  @Test func resultsDoNotDependOnThreads() throws {
    var request = try request(features(.scarceLabels, seed: 7), "threads")
    request.permutationCount = 9
    let one = try Headroom.result(request)
    request.threads = 3
    let three = try Headroom.result(request)
    #expect(one.report == three.report && one.table == three.table)
  }

  @Test func whatCannotBeAnsweredIsRefused() throws {
    var file = features(.scarceLabels, seed: 1)
    var same = try request(file, "same")
    same.strong = "weak"
    #expect(throws: InspectFailure.self) { try Headroom.result(same) }
    var untimed = try request(file, "untimed")
    untimed.contextSeconds = 2
    let context = #expect(throws: InspectFailure.self) { try Headroom.result(untimed) }
    #expect(context?.description.contains("--context") == true)
    untimed.contextSeconds = 0
    untimed.split = .test
    #expect(throws: InspectFailure.self) { try Headroom.result(untimed) }
    file.targets["mood"]?.valid = (0..<1440).map { $0 < 80 }
    let few = try request(file, "few")
    let failure = #expect(throws: InspectFailure.self) { try Headroom.result(few) }
    #expect(failure?.description.contains("2 groups with labels, and at least 3") == true)
  }
}
