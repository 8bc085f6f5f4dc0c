"""Where the reference data and rules that ship with the product live."""

from pathlib import Path

CONFIG_DIR = Path(__file__).resolve().parents[1] / "config"
