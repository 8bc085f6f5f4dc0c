"""What counts as text that the database and every page can hold."""


def is_text(typed: str) -> bool:
    """Whether there is neither a NUL nor half of a surrogate pair in it."""
    return not any(letter == "\x00" or "\ud800" <= letter <= "\udfff" for letter in typed)
