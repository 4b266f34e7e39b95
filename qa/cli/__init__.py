"""The command `qa`."""
