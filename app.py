"""Starts the web chat on the default library."""

from qa.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main(["serve"]))
