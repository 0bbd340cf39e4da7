import Foundation
import HDF5
import TestSupport
import Testing

@Suite struct IdentifierTests {
  @Test func nothingStaysOpen() throws {
    let folder = try TemporaryFolder()
    let count = try leakedIdentifierCount {
      let path = try FailureTests.sample(folder)
      let reader = try HDF5FileReader(path: path)
      _ = try reader.children(of: "/")
      _ = try reader.attributes(of: "/group/x")
      _ = try reader.read("/group/x", slab: Slab(offset: [1], count: [2]))
      _ = try reader.readRawChunk("/group/x", index: 0)
      _ = try? reader.read("/group/none")
      _ = try? reader.read("/group")
      _ = try? reader.read("/group/x", slab: Slab(offset: [9999], count: [2]))
      _ = try? HDF5FileReader(path: folder.file("none"))
      _ = try? HDF5FileWriter(creatingAt: path)
      let writer = try HDF5FileWriter(creatingAt: folder.file("second.h5"))
      try writer.createGroup("/a")
      _ = try? writer.createGroup("/a")
      _ = try? writer.createGroup("/b/c")
      _ = try? writer.createDataset(
        "/a", type: .int8, shape: [1], chunkShape: [1], filters: [.fletcher32])
      try writer.setAttribute(Attribute("x", 1.0), on: "/a")
      _ = try? writer.setAttribute(Attribute("x", 1.0), on: "/a")
      try writer.close()
      #expect(throws: HDF5Failure.closed(file: folder.file("second.h5"))) { try writer.close() }
      // A writer that nobody closes.
      _ = try HDF5FileWriter(creatingAt: folder.file("third.h5"))
    }
    #expect(count == 0)
  }

  @Test func damagedFilesLeaveNothingOpen() throws {
    let folder = try TemporaryFolder()
    let path = try FailureTests.sample(folder)
    let bytes = try folder.bytes(of: "sample.h5")
    try folder.write(Array(bytes.prefix(9000)), to: "sample.h5")
    let count = try leakedIdentifierCount {
      #expect(throws: HDF5Failure.self) { try HDF5FileReader(path: path) }
      try folder.write(bytes.map { $0 &+ 1 }, to: "sample.h5")
      #expect(throws: HDF5Failure.self) { try HDF5FileReader(path: path) }
    }
    #expect(count == 0)
  }

  @Test func manyThreadsReadAndFail() async throws {
    let folder = try TemporaryFolder()
    let path = try FailureTests.sample(folder)
    let shared = try HDF5FileReader(path: path)
    let expected = try shared.read("/group/x")
    let threadCount = 8
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<threadCount {
        group.addTask {
          try await onThread {
            var isRight = true
            for round in 0..<40 {
              let reader = round.isMultiple(of: 2) ? shared : try HDF5FileReader(path: path)
              let values = try reader.read("/group/x")
              isRight = isRight && values == expected
              do throws(HDF5Failure) {
                _ = try reader.read("/missing\(index)")
                isRight = false
              } catch {
                isRight =
                  isRight && error == .missingObject(file: path, path: "/missing\(index)")
              }
            }
            return isRight
          }
        }
      }
      for try await isRight in group { #expect(isRight) }
    }
  }
}

/// Runs `body` on a thread of its own.
private func onThread(_ body: @escaping @Sendable () throws -> Bool) async throws -> Bool {
  try await withCheckedThrowingContinuation { continuation in
    Thread { continuation.resume(with: Result { try body() }) }.start()
  }
}
