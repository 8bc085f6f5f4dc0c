"""Reading meaning leaves nothing behind on the machine: newer versions of its runtime keep an identifier and report."""

import os
import subprocess
import sys
from pathlib import Path

READ = """
import onnxruntime
from helpbutton.triage import warm_up
warm_up()
"""


def test_no_file_is_written_into_the_home_of_the_user(tmp_path: Path) -> None:
    places = {
        name: str(tmp_path)
        for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "TMPDIR")
    }
    subprocess.run([sys.executable, "-B", "-c", READ], env=os.environ | places, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []
