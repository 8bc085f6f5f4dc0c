"""Figures of speed, each as a ratio against a yardstick measured in the same run."""
