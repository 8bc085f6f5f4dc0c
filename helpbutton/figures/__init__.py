"""Figures of the work: how much came, what was answered in time, without anybody being recognisable in them."""
