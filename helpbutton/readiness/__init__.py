"""From empty to live: what an installation still lacks before families can rely on it."""
