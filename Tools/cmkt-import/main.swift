import CMKTFormat
import ToolFiles
import ToolSupport

runContained(
  Tool(
    name: "cmkt-import", version: toolVersion,
    summary: "Turns feature dumps into one aligned, checked features file.",
    discussion: """
      What was kept, dropped, masked and imputed is printed, and stands in the file as its ledger, \
      beside the digest of the source. Formats are told apart by content.
      """,
    commands: [importCommand], translate: toolFailure(from:)
  ))
