// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: warnings about unsafe code, explicit `any`, and imports that
/// are internal unless a signature needs them.
let strictSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strictSettings)
}

/// A command-line tool: a thin executable under `Tools/`, one file per subcommand.
func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + ["ToolSupport"], path: "Tools/\(name)",
    swiftSettings: strictSettings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: dependencies + ["TestSupport"], path: "Tests/\(name)Tests",
    exclude: exclude, swiftSettings: strictSettings)
}

let package = Package(
  name: "cmkt",
  products: [
    .executable(name: "cmkt-import", targets: ["cmkt-import"]),
    .executable(name: "cmkt-train", targets: ["cmkt-train"]),
    .executable(name: "cmkt-inspect", targets: ["cmkt-inspect"]),
    .executable(name: "cmkt-export", targets: ["cmkt-export"]),
  ],
  targets: [
    // System libraries and C.
    .systemLibrary(
      name: "CHDF5", path: "Sources/CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Sources/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3"])]),
    .target(name: "CSHA256"),
    .target(name: "CFiles"),

    // Modules that know nothing of affect recognition.
    module("HDF5", ["CHDF5", "Codecs"]),
    module("Codecs", ["CSHA256", "CZlib"]),
    module("Tensors", ["CKernels"]),
    module("Networks", ["Tensors"]),
    module("ToolSupport"),

    // The format, and what works on it.
    module("CMKTFormat", ["CFiles", "HDF5", "Codecs", "Tensors"]),
    module("CMKTImport", ["CMKTFormat", "Codecs", "HDF5", "Tensors"]),
    module("CMKTEngine", ["CMKTFormat", "Codecs", "Networks", "Tensors"]),
    module("CMKTInspect", ["CMKTEngine", "CMKTFormat", "Codecs", "HDF5", "Tensors"]),
    module("CMKTExport", ["CMKTEngine", "CMKTFormat", "Codecs", "HDF5", "Tensors"]),

    // The tools.
    module("ToolFiles", ["CMKTFormat", "HDF5", "ToolSupport"]),
    tool("cmkt-import", ["CMKTImport", "CMKTFormat", "ToolFiles"]),
    tool("cmkt-train", ["CMKTEngine", "CMKTFormat", "Codecs", "Tensors", "ToolFiles"]),
    tool("cmkt-inspect", ["CMKTInspect", "CMKTEngine", "CMKTFormat", "HDF5", "ToolFiles"]),
    tool("cmkt-export", ["CMKTExport", "CMKTEngine", "CMKTFormat", "ToolFiles"]),

    // The reference workload; see Tools/dev/bench/run.
    .executableTarget(
      name: "cmkt-bench", dependencies: ["Networks", "Tensors"],
      path: "Tools/dev/bench/cmkt-bench", swiftSettings: strictSettings),

    // Models of random weights for tests of exports; see Tests/interop/test_runtimes.py.
    .executableTarget(
      name: "cmkt-sample-models",
      dependencies: ["CMKTExport", "CMKTEngine", "CMKTFormat", "Codecs", "Tensors"],
      path: "Tools/dev/sample-models", swiftSettings: strictSettings),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["CHDF5", "HDF5", "Tensors"], path: "Tests/TestSupport",
      swiftSettings: strictSettings),
    tests("HDF5", ["HDF5"]),
    tests("Codecs", ["Codecs"]),
    tests("Tensors", ["CKernels", "Tensors"]),
    tests("Networks", ["Networks", "Tensors"], exclude: ["Golden"]),
    tests("ToolSupport", ["ToolSupport"]),
    tests("CMKTFormat", ["CMKTFormat", "HDF5", "Codecs", "Tensors"]),
    tests("CMKTImport", ["CMKTImport", "CMKTFormat", "Codecs", "HDF5", "Tensors"]),
    tests("CMKTEngine", ["CMKTEngine", "CMKTFormat", "Networks", "Tensors"]),
    tests("CMKTInspect", ["CMKTInspect", "CMKTEngine", "CMKTFormat", "HDF5", "Tensors"]),
    tests("CMKTExport", ["CMKTExport", "CMKTEngine", "CMKTFormat", "Codecs", "Tensors"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)
