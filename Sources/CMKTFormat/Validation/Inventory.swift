package import HDF5

/// Everything that stands in a file, read once: paths, kinds, types, shapes and attributes.
package struct Inventory: Sendable {
  /// A group, or a dataset with its type and shape.
  package struct Object: Sendable {
    package let path: String
    /// Nil for a group.
    package let info: DatasetInfo?
    package let attributes: [Attribute]

    /// The attribute called `name`, or nil.
    package func attribute(_ name: String) -> Attribute? {
      attributes.first { $0.name == name }
    }
  }

  /// Limits that no sound file comes near.
  package static let maximumDepth = 16
  package static let maximumObjectCount = 100_000

  /// In byte order of the paths.
  package private(set) var objects: [Object] = []
  /// What the walk itself found: links that are not hard, odd names, too much of anything.
  package private(set) var findings: [Finding] = []
  private var indices: [String: Int] = [:]

  /// Walks the file that `reader` reads, following hard links only.
  package init(of reader: any HDF5Reading) throws(HDF5Failure) {
    var found: [Object] = []
    var pending = [(path: "/", depth: 0)]
    while let group = pending.popLast() {
      found.append(
        Object(path: group.path, info: nil, attributes: try reader.attributes(of: group.path)))
      for child in try reader.children(of: group.path) {
        let path = (group.path == "/" ? "/" : group.path + "/") + child.name
        guard isSound(child, at: path) else { continue }
        guard found.count + pending.count < Inventory.maximumObjectCount else {
          findings.append(
            Finding(
              .storage, group.path,
              "expected at most \(Inventory.maximumObjectCount) objects, found more"))
          pending.removeAll()
          break
        }
        if child.kind == .dataset {
          found.append(
            Object(
              path: path, info: try reader.dataset(at: path),
              attributes: try reader.attributes(of: path)))
        } else if group.depth < Inventory.maximumDepth {
          pending.append((path, group.depth + 1))
        } else {
          findings.append(
            Finding(
              .storage, path, "expected at most \(Inventory.maximumDepth) levels, found more"))
        }
      }
    }
    objects = found.sorted { precedesInByteOrder($0.path, $1.path) }
    for (index, object) in objects.enumerated() { indices[object.path] = index }
  }

  /// The object at `path`, or nil.
  package func object(at path: String) -> Object? {
    indices[path].map { objects[$0] }
  }

  /// The names of the objects right in the group at `path`, in byte order.
  package func names(in path: String) -> [String] {
    let prefix = path == "/" ? "/" : path + "/"
    return objects.compactMap { object in
      guard object.path.hasPrefix(prefix), object.path != "/" else { return nil }
      let rest = object.path.dropFirst(prefix.count)
      return rest.contains("/") || rest.isEmpty ? nil : String(rest)
    }
  }

  /// Records what is wrong with `child`; false where it cannot be followed.
  private mutating func isSound(_ child: Child, at path: String) -> Bool {
    if !isLegalName(child.name) {
      findings.append(
        Finding(.name, path, "expected a plain name, found one with odd bytes or of odd length"))
      return false
    }
    switch child.kind {
    case .group, .dataset:
      guard child.linkCount == 1 else {
        findings.append(
          Finding(.hardLinks, path, "expected one link to the object, found \(child.linkCount)"))
        return false
      }
      return true
    default:
      findings.append(
        Finding(
          .hardLinks, path, "expected a hard link to a group or dataset, found \(child.kind)"))
      return false
    }
  }
}

/// Whether `name` may be the name of an object.
package func isLegalName(_ name: String) -> Bool {
  (1...255).contains(name.utf8.count) && name != "." && name != ".."
    && !name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7f || $0 == "/" }
}
