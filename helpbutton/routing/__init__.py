"""Which desk: matching and its proof."""
