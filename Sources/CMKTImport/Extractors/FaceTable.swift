import Codecs

extension TableFamily {
  /// Tables of OpenFace 1 and 2, for videos and for images.
  static let openFace = TableFamily(name: "openface", modality: "video") { table in
    let known = ["gaze_0_x", "pose_Tx", "AU01_r", "AU01_c", "x_0", "eye_lmk_x_0"]
    return table.column("confidence") != nil
      && (table.column("frame") != nil || table.column("face") != nil)
      && table.column(anyOf: known) != nil
  } layout: { (table, options, _) throws(ImportFailure) in
    var layout = TableLayout()
    layout.face = table.column(anyOf: ["face_id", "face"])
    layout.extractor = table.column("face_id") == nil ? "OpenFace" : "OpenFace 2"
    layout.time = table.column("timestamp")
    layout.confidence = table.column("confidence")
    layout.success = table.column("success")
    layout.anchor = layout.time == nil ? "" : "start"
    layout.isSteady = true
    let others = Set([table.column("frame")].compactMap { $0 }).union(layout.guides)
    layout.features = table.columns.indices.filter { !others.contains($0) }
    layout.missingValue = options.table.missingValue
    return layout
  }

  /// Tables of FACET (Emotient).
  static let facet = TableFamily(name: "facet", modality: "video") { table in
    table.column(anyOf: facetTimes) != nil
      && table.columns.contains { $0.name.lowercased().hasSuffix("evidence") }
  } layout: { (table, options, _) throws(ImportFailure) in
    var layout = TableLayout()
    layout.extractor = "FACET"
    layout.time = table.column(anyOf: facetTimes)
    layout.timeUnitSeconds = options.table.timeUnit.seconds
    layout.anchor = "start"
    layout.isSteady = true
    // The box says where the face is, not what it does.
    let box = ["Face X", "Face Y", "Face Width", "Face Height"].compactMap { table.column($0) }
    let others = Set(box).union(layout.guides)
    layout.features = table.columns.indices.filter { index in
      !others.contains(index) && !table.columns[index].name.isEmpty
    }
    layout.missingValue = options.table.missingValue
    return layout
  }

  private static let facetTimes = ["Frametime", "Frame time", "FrameTime"]
}
