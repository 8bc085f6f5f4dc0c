"""Which municipalities lie next to each other; reference data from `config/neighbours.json`."""

import json
from collections.abc import Mapping
from functools import cache

from helpbutton.config_dir import CONFIG_DIR


@cache
def neighbours() -> Mapping[str, frozenset[str]]:
    """Code of a municipality to the codes of its neighbours; one that is missing has none that we know of."""
    data = json.loads((CONFIG_DIR / "neighbours.json").read_text(encoding="utf-8"))
    return {code: frozenset(codes) for code, codes in data["neighbours"].items()}
