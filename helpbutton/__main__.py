"""`python -m helpbutton`: the same as the `helpbutton` command."""

from helpbutton.cli import main

main()
