"""What administrators keep, as one file: the directory and the parts that other rooms add to it."""
