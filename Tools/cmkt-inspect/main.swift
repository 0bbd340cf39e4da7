import CMKTFormat
import ToolFiles
import ToolSupport

runContained(
  Tool(
    name: "cmkt-inspect", version: toolVersion,
    summary: "See what a features or model file holds, and whether it is sound.",
    commands: [
      summaryCommand, validateCommand, verifyCommand, statsCommand, dumpCommand, schemaCommand,
      diffCommand, lineageCommand, correlateCommand, headroomCommand, reportCommand,
    ],
    defaultCommand: "summary", translate: toolFailure
  ))
