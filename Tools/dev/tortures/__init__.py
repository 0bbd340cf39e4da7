"""What Tools/dev/torture does to the tools: one part to a file."""
