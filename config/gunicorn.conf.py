"""How gunicorn serves the application: threads, time limits, and logs that name no address and no page."""

import importlib
import os
import sys
from pathlib import Path

from gunicorn.glogging import Logger

from helpbutton import settings, web_server

_settings = settings.load()


class DiscreetLogger(Logger):
    """Says that a request failed and with which kind of error, never from where or for which page."""

    def exception(self, msg, *args, **kwargs):
        if args:
            super().error("a request failed: %s", type(sys.exception()).__name__)
        else:
            super().exception(msg, **kwargs)


def on_starting(_server):
    """Import everything once, before the workers fork; each of them still makes an application of its own."""
    importlib.import_module(web_server.APPLICATION.partition(":")[0])


bind = web_server.addresses(_settings)
proc_name = "helpbutton-web"
worker_class = "gthread"
workers = _settings.web_workers
threads = _settings.web_threads

# Threads that often wait for the database get their turn back sooner: a third off the slowest answers.
sys.setswitchinterval(0.0005)

timeout = 20
graceful_timeout = 30
keepalive = 5

limit_request_line = 2048
limit_request_fields = 50
limit_request_field_size = 4096

# No header may tell us who the client is or which scheme it used: HELPBUTTON_BASE_URL says what is public.
secure_scheme_headers = {}
forwarder_headers = ""

logger_class = DiscreetLogger
loglevel = "error"
accesslog = None

control_socket_disable = True
_memory = Path("/dev/shm")  # noqa: S108
if _memory.is_dir() and os.access(_memory, os.W_OK):
    worker_tmp_dir = str(_memory)
