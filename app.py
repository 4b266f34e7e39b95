"""Starts the web chat on the default library, and nothing else."""

from qa.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main(["serve"]))
