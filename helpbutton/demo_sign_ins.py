"""Where the demo sign-ins are kept, and what is announced when the demo is up."""

import json
from pathlib import Path


def sign_ins_path(data_dir: Path) -> Path:
    """Where the demo sign-ins are kept."""
    return data_dir / "demo-sign-ins.json"


def announcement(public_url: str, port: int, data_dir: Path) -> list[str]:
    """What `helpbutton run` prints when the demo is up: where to click and how to sign in."""
    lines = [
        "",
        "Pyydä apua is running (demo mode, this machine only). Stop with Ctrl-C.",
        f"  The kindergarten's page with the button   http://127.0.0.1:{port}/demo",
        f"  The virtual phone with every SMS          http://127.0.0.1:{port}/demo/phone",
        f"  Staff sign-in                             {public_url}/staff/",
        f"  Read an answer with a receipt code        {public_url}/receipt",
        "  Demo sign-ins:",
    ]
    path = sign_ins_path(data_dir)
    if path.is_file():
        for person in json.loads(path.read_text(encoding="utf-8")):
            lines.append(
                f"    {person['role']:<14}{person['email']:<22}{person['password']}   {', '.join(person['services'])}"
            )
    return [*lines, ""]
