"""Messages with the family and notes among staff."""
