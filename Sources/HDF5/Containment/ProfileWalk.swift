import CHDF5

/// A walk over all that a file has but its values, which stops at the first thing that is not of
/// the profile.
///
/// Links are listed and never resolved by name; each object is opened once. O(objects + chunks).
struct ProfileWalk {
  private let byteCount: Int
  /// Whether it is one of MATLAB 7.3: behind a block of its own, with references that stay unread.
  private let isMATLAB: Bool
  /// Hears the path of each object before it is looked at.
  private let report: (String) -> Void
  private let hearText: (String, [UInt8]) -> Void
  private var objectCount = 0
  private var visited: Set<UInt64> = []
  private var sums = ProfileSums()

  /// - Parameters:
  ///   - byteCount: of the whole file.
  ///   - isMATLAB: whether it is one of MATLAB 7.3: behind a block of its own, with references that
  ///     stay unread.
  ///   - hearText: hears each text of variable length with the path of its dataset.
  init(
    byteCount: Int, isMATLAB: Bool, report: @escaping (String) -> Void,
    hearText: @escaping (String, [UInt8]) -> Void
  ) {
    self.byteCount = byteCount
    self.isMATLAB = isMATLAB
    self.report = report
    self.hearText = hearText
  }

  /// Walks over the open `file`.
  ///
  /// - Throws: `refused` at what is not of the profile; `library` where HDF5 fails.
  mutating func walk(_ file: borrowing Identifier) throws(HDF5Failure) {
    var groups = ["/"]
    do {
      let place = Place(file: "", path: "/")
      report("/")
      let root = try unsafe Identifier(
        H5Oopen(file.value, "/", hid_t(0)), H5Oclose, "open the root group", place)
      try visit(root, place)
      try checkEnds(of: file)
    }
    while let path = groups.popLast() {
      report(path)
      let place = Place(file: "", path: path)
      let group = try openKnown(file.value, path)
      for name in try names(in: group, place) {
        let inner = Place(file: "", path: path == "/" ? "/\(name)" : "\(path)/\(name)")
        report(inner.path)
        let object = try unsafe Identifier(
          H5Oopen(group.value, name, hid_t(0)), H5Oclose, "open the object", inner)
        if try visit(object, inner) == .group {
          guard inner.path.utf8.count(where: { $0 == 0x2F }) < ProfileLimits.depth else {
            throw refusal(.tooDeep, inner.path, "over \(ProfileLimits.depth) levels")
          }
          groups.append(inner.path)
        }
      }
    }
  }

  /// A file begins at the first byte and ends at the last: it is nothing else besides.
  private func checkEnds(of file: borrowing Identifier) throws(HDF5Failure) {
    let place = Place(file: "")
    let before = try check(chdf5_user_block(file.value), "read the header", place)
    guard before == 0 || isMATLAB else { throw refusal(.userBlock, "", "\(before) bytes") }
    let end = try check(chdf5_end(file.value), "read the header", place)
    guard end == byteCount else {
      throw refusal(.trailingBytes, "", "\(byteCount - Int(end)) bytes")
    }
  }

  /// Opens a group whose path was walked.
  private func openKnown(_ file: hid_t, _ path: String) throws(HDF5Failure) -> Identifier {
    try unsafe Identifier(
      H5Oopen(file, path, hid_t(0)), H5Oclose, "open the group", Place(file: "", path: path))
  }

  /// The names in a group all of whose links are plain.
  private func names(
    in group: borrowing Identifier, _ place: Place
  ) throws(HDF5Failure) -> [String] {
    let links = try listLinks(
      of: group, place, limit: ProfileLimits.objectCount - objectCount)
    guard let links else {
      throw refusal(.tooManyObjects, place.path, "over \(ProfileLimits.objectCount)")
    }
    return try links.map { (link) throws(HDF5Failure) -> String in
      let shown = String(decoding: link.name, as: UTF8.self)
      let path = place.path == "/" ? "/\(shown)" : "\(place.path)/\(shown)"
      guard let name = String(validating: link.name, as: UTF8.self), name.isPlainName else {
        throw refusal(.badName, path, "")
      }
      switch link.type {
      case H5L_TYPE_HARD.rawValue: return name
      case H5L_TYPE_SOFT.rawValue: throw refusal(.softLink, path, "")
      case H5L_TYPE_EXTERNAL.rawValue: throw refusal(.externalLink, path, "")
      default: throw refusal(.userDefinedLink, path, "type \(link.type)")
      }
    }
  }

  /// Looks at one object with its attributes.
  @discardableResult
  private mutating func visit(
    _ object: borrowing Identifier, _ place: Place
  ) throws(HDF5Failure) -> Child.Kind {
    objectCount += 1
    guard objectCount <= ProfileLimits.objectCount else {
      throw refusal(.tooManyObjects, place.path, "over \(ProfileLimits.objectCount)")
    }
    var address: UInt64 = 0
    let linkCount = try check(
      unsafe chdf5_object_links(object.value, &address), "read the object", place)
    // The count is the file's word; the addresses are not.
    guard linkCount <= 1, visited.insert(address).inserted else {
      throw refusal(.sharedObject, place.path, linkCount > 1 ? "\(linkCount) names" : "")
    }
    let kind = kind(of: object)
    switch kind {
    case .namedType: throw refusal(.committedType, place.path, "")
    case .dataset:
      try ProfileDataset(byteCount: byteCount, mayRefer: isMATLAB, hearText: hearText)
        .check(object, place, &sums)
    default: break
    }
    try ProfileAttributes(byteCount: byteCount).check(object, place)
    return kind
  }
}

/// The refusal of the file at hand; its name is filled in by whoever asked.
func refusal(_ cause: ProfileCause, _ path: String, _ detail: String) -> HDF5Failure {
  .refused(file: "", path: path, cause: cause, detail: detail)
}

extension String {
  /// Whether it may name an object: not empty, `.` or `..`, no slash, no control or formatting
  /// characters, not too long.
  var isPlainName: Bool {
    guard !isEmpty, self != ".", self != "..", utf8.count <= ProfileLimits.nameByteCount,
      !utf8.contains(0x2F)
    else { return false }
    return unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
      default: true
      }
    }
  }
}
