import CMKTFormat
import CMKTImport
import Codecs
import TestSupport

/// A small `npz-dialogue` file that tests change before they import it.
struct DialogueFixture {
  /// In file order.
  var arrays: [(name: String, array: NPYArray)]

  /// Two training sequences of 3 and 2 frames, one test sequence of 1; padded to 3 and 2.
  init() {
    arrays = [
      (
        "audio_train",
        NPYArray(shape: [2, 3, 2], floats: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 0])
      ),
      ("id_train", NPYArray(texts: ["a", "b"])),
      ("length_train", NPYArray(shape: [2], integers: [3, 2])),
      ("label_train", NPYArray(shape: [2, 3], integers: [1, 0, 1, 1, 0, 0])),
      ("sentiment_train", NPYArray(shape: [2, 3], floats: [0, -1, 2, 3, -0.5, 0])),
      (
        "interval_train",
        NPYArray(shape: [2, 3, 2], doubles: [0, 1, 1, 2, 1.5, 3, 4, 5, 3, 3, 0, 0])
      ),
      ("audio_test", NPYArray(shape: [1, 2, 2], floats: [11, 12, 0, 0])),
      ("id_test", NPYArray(texts: ["c"])),
      ("length_test", NPYArray(shape: [1], integers: [1])),
      ("label_test", NPYArray(shape: [1, 2], integers: [1, 0])),
      ("sentiment_test", NPYArray(shape: [1, 2], floats: [1, 0])),
      ("interval_test", NPYArray(shape: [1, 2, 2], doubles: [0, 2, 0, 0])),
    ]
  }

  /// Replaces or adds the array called `name`; nil removes it.
  subscript(name: String) -> NPYArray? {
    get { arrays.first { $0.name == name }?.array }
    set {
      let index = arrays.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let array?): arrays[index].array = array
      case (let index?, nil): arrays.remove(at: index)
      case (nil, let array?): arrays.append((name, array))
      case (nil, nil): break
      }
    }
  }

  /// Removes every array of `base`.
  mutating func remove(_ base: String) {
    arrays.removeAll { $0.name.hasPrefix(base + "_") }
  }

  /// Imports the file, after `change` to the request.
  func read(_ change: (inout ImportRequest) -> Void = { _ in }) throws -> FeaturesFile {
    let folder = try TemporaryFolder()
    let path = try folder.write(NPZArchive.bytes(arrays, level: 6), to: "small.npz")
    var request = ImportRequest(source: path)
    change(&request)
    return try imported(request)
  }
}
