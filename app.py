"""Starts the web chat on the default library, or as the options of `qa serve` say."""

import sys

from qa.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main(["serve", *sys.argv[1:]]))
