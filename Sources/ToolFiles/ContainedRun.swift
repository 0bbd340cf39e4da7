import HDF5
package import ToolSupport

/// Runs the process's command line and ends the process; workers look at its HDF5 inputs first,
/// unless `--trust` is given.
///
/// A process that was started as such a worker does that work instead, and makes no `tool`.
package func runContained(_ tool: @autoclosure () -> Tool) -> Never {
  ContainmentWorker.runIfAsked()
  var tool = tool()
  tool.prepare = { if !$0.flag("trust") { Containment.turnOn() } }
  tool.main()
}
