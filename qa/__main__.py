"""`python -m qa`: the command `qa`."""

import sys

from qa.cli import main

sys.exit(main())
