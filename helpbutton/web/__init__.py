"""The doors: views that translate between people and operations."""
