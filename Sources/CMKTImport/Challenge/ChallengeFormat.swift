extension ImportFormat {
  /// So many files are looked at before a folder is taken for no challenge's.
  private static let samples = 16

  static let recola = ImportFormat(
    ChallengeReader.formatName,
    "folder of RECOLA or SEWA as AVEC 2015, 2016, 2018 and 2019 gave it: ARFF or CSV by recording"
  ) { probe in
    guard probe.isFolder else { return false }
    let tree = ChallengeTree(probe.files)
    return tree.hasFeatures
      && tree.files.prefix(samples).contains { file in
        ChallengeTable.isReadable("\(probe.argument.path)/\(file.path)")
      }
  } open: { (probe, options) throws(ImportFailure) in
    try ChallengeReader.read(probe, options)
  }
}
