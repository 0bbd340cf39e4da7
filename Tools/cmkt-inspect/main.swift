import CMKTFormat
import HDF5
import ToolSupport

ContainmentWorker.runIfAsked()
Tool(
  name: "cmkt-inspect", version: toolVersion,
  summary: "See what a features or model file holds, and whether it is sound.",
  commands: [
    summaryCommand, validateCommand, verifyCommand, statsCommand, dumpCommand, schemaCommand,
    diffCommand, lineageCommand, correlateCommand, headroomCommand, reportCommand,
  ],
  defaultCommand: "summary", translate: toolFailure,
  prepare: { if !$0.flag("trust") { Containment.turnOn() } }
).main()
