"""`python -m qa` runs the command `qa`."""

from qa.cli.main import run_and_exit

run_and_exit()
