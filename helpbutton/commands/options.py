"""Options that commands share."""

from pathlib import Path

import click

data_dir = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where everything is kept (default: .data).",
)
port = click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (default: 8080).")
