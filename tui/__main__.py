"""`python -m tui` is `liqtop`."""

from tui.cli import main

raise SystemExit(main())
