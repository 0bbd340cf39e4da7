import CMKTExport
import Codecs
import Testing

/// Models that are no models, as they could come back from a disk.
@Suite struct HostileModelTests {
  /// A graph with one constant of extents `shape` and no bytes.
  private func model(shape: [Int64]) -> [UInt8] {
    var writer = ProtobufWriter()
    writer.message(7) { graph in
      graph.message(5) { tensor in
        tensor.packedIntegers(1, shape)
        tensor.integer(2, 1)
        tensor.string(8, "weight")
      }
    }
    writer.message(8) { $0.integer(2, 17) }
    return writer.bytes
  }

  /// Interpreters multiply extents other than the zero, too.
  @Test(arguments: [[0, 1 << 62, 1 << 62], [1 << 62, 4, 0], [-1], [1 << 62], [1]] as [[Int64]])
  func shapesThatCannotBe(_ shape: [Int64]) {
    #expect(throws: ExportFailure.self) { try ONNXModel(bytes: model(shape: shape)) }
  }

  @Test func emptyConstants() throws {
    let read = try ONNXModel(bytes: model(shape: [0, 3]))
    #expect(read.initialisers.map(\.shape) == [[0, 3]])
  }
}
