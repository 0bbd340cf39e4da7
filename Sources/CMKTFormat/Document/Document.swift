import Codecs
package import HDF5

/// A whole file in memory: groups and datasets by path, each with its attributes.
///
/// Writers build one, and it is checked against the schema before a byte is written; being a
/// reader itself, it passes through the very checks that files on disk pass.
package struct Document: Sendable {
  /// A dataset's content; nil for a group.
  struct Content: Sendable {
    var type: ElementType
    var shape: [Int]
    var payload: Payload

    /// The bytes of each row of the first axis.
    var rowByteCount: Int { shape.dropFirst().reduce(type.byteCount, *) }
  }

  /// The values of a dataset, little-endian and row-major, wherever they are.
  enum Payload: Sendable {
    case bytes([UInt8])
    case stored(any StoredBytes)

    var byteCount: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      case .stored(let stored): stored.byteCount
      }
    }

    /// - Throws: `system` where the values are in a temporary file that cannot be read.
    func bytes(in range: Range<Int>) throws(HDF5Failure) -> [UInt8] {
      switch self {
      case .bytes(let bytes): return Array(bytes[range])
      case .stored(let stored):
        do throws(ScratchFailure) {
          return try stored.bytes(in: range)
        } catch {
          throw .system(
            file: "temporary file", operation: "\(error.operation) it", reason: error.reason)
        }
      }
    }
  }

  struct Node: Sendable {
    var attributes: [Attribute]
    var content: Content?
  }

  /// By absolute path; `/` is the root.
  private(set) var nodes: [String: Node] = ["/": Node(attributes: [], content: nil)]

  package init() {}

  /// All paths in byte order; a group stands before what it holds.
  package var paths: [String] { nodes.keys.sorted(by: precedesInByteOrder) }

  /// Adds the group at `path`, and the groups above it.
  package mutating func addGroup(_ path: String, attributes: [Attribute] = []) {
    addParents(of: path)
    nodes[path, default: Node(attributes: [], content: nil)].attributes += attributes
  }

  /// Adds the dataset at `path`, and the groups above it.
  package mutating func addDataset(
    _ path: String, type: ElementType, shape: [Int], bytes: [UInt8], attributes: [Attribute] = []
  ) {
    addDataset(path, type: type, shape: shape, payload: .bytes(bytes), attributes: attributes)
  }

  /// Adds the dataset at `path`, wherever its values are, and the groups above it.
  mutating func addDataset(
    _ path: String, type: ElementType, shape: [Int], payload: Payload,
    attributes: [Attribute] = []
  ) {
    addParents(of: path)
    nodes[path] = Node(
      attributes: attributes, content: Content(type: type, shape: shape, payload: payload))
  }

  /// Removes the object at `path` and all that it holds.
  package mutating func remove(_ path: String) {
    nodes = nodes.filter { $0.key != path && !$0.key.hasPrefix(path + "/") }
  }

  /// Replaces or adds an attribute of the object at `path`.
  package mutating func setAttribute(_ attribute: Attribute, on path: String) {
    removeAttribute(attribute.name, from: path)
    nodes[path]?.attributes.append(attribute)
  }

  /// Removes the attribute `name` of the object at `path`.
  package mutating func removeAttribute(_ name: String, from path: String) {
    nodes[path]?.attributes.removeAll { $0.name == name }
  }

  private mutating func addParents(of path: String) {
    let components = pathComponents(path)
    for depth in components.indices.dropLast() {
      let parent = "/" + components[...depth].joined(separator: "/")
      if nodes[parent] == nil { nodes[parent] = Node(attributes: [], content: nil) }
    }
  }
}

/// The order in which names and paths stand in files: by their UTF-8 bytes.
func precedesInByteOrder(_ left: String, _ right: String) -> Bool {
  left.utf8.lexicographicallyPrecedes(right.utf8)
}
