"""Processes that work on to-dos; nothing imports them, the command line starts them."""
