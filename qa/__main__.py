"""`python -m qa` runs the command `qa`."""

import sys

from qa.cli.main import main

sys.exit(main())
