"""Watching over the installation: its state, canaries that prove the whole chain, the dead man's switch."""
