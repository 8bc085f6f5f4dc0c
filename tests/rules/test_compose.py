"""What an operator starts is what we test: compose file, nginx and image name what really exists."""

import re
from typing import Any

import click
import pytest

from helpbutton import bell
from helpbutton.cli import main
from helpbutton.settings import Settings
from tests.installation import COMPOSE, OURS, ROOT, command_of
from workers.celery_app import app as celery

SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
NGINX = (ROOT / "config/nginx.conf").read_text()


def variables(text: str) -> set[str]:
    return set(re.findall(r"HELPBUTTON_([A-Z_]+)", text))


def test_every_part_of_the_service_is_there() -> None:
    assert set(SERVICES) == {"database", "redis", "init", *OURS, "nginx"}
    assert str(SERVICES["database"]["image"]).startswith("postgres:17")


@pytest.mark.parametrize("service", ["init", *OURS])
def test_the_commands_exist(service: str) -> None:
    program, command = command_of(service)
    assert program == "helpbutton"
    assert main.get_command(click.Context(main), command) is not None


@pytest.mark.parametrize("name", ["docker-compose.yml", "config/example.env", "config/Dockerfile"])
def test_every_variable_is_a_setting(name: str) -> None:
    assert variables((ROOT / name).read_text()) <= {field.upper() for field in Settings.model_fields}


def test_the_example_offers_every_variable_that_compose_asks_for() -> None:
    asked = set(re.findall(r"\$\{HELPBUTTON_([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert asked == variables((ROOT / "config/example.env").read_text())


def test_the_workers_listen_where_the_bell_rings() -> None:
    assert celery.conf.task_default_queue == bell.QUEUE
    assert bell.TASK in celery.tasks


def test_redis_keeps_its_list_and_evicts_nothing() -> None:
    words = SERVICES["redis"]["command"]
    options = dict(zip(words[1::2], words[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "everysec"
    assert options["--maxmemory-policy"] == "noeviction"
    assert "redis:/data" in SERVICES["redis"]["volumes"]


def test_secrets_are_files_that_the_script_makes() -> None:
    script = (ROOT / "config/make-secrets.sh").read_text()
    directory = re.search(r"^directory=(\S+)", script, re.MULTILINE)
    assert directory is not None
    for name, secret in COMPOSE["secrets"].items():
        assert secret == {"file": f"{directory[1]}/{name}"}
        assert f"make {name}" in script
    for service in SERVICES.values():
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEK", name):
                assert str(value).startswith("/run/secrets/"), name
            assert not re.search(r"://[^/@]*:[^/@]*@", str(value)), f"{name} holds a password"


@pytest.mark.parametrize("service", ["init", *OURS, "nginx"])
def test_processes_of_ours_have_no_privileges(service: str) -> None:
    settings = SERVICES[service]
    assert int(str(settings["user"]).partition(":")[0]) > 0
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]


def test_what_dies_is_started_again_and_what_hangs_is_seen() -> None:
    for name, service in SERVICES.items():
        assert service["restart"] == ("on-failure" if name == "init" else "unless-stopped"), name
        assert name == "init" or service["healthcheck"]["test"], name


def test_only_nginx_is_reached_from_outside_and_only_through_this_machine() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"nginx"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["nginx"]["ports"])
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("database", "redis", "web", "init"):
        assert SERVICES[name]["networks"] == ["inside"]


@pytest.mark.parametrize(
    "directive",
    [
        "access_log off;",
        "client_header_timeout 5s;",
        "client_body_timeout 5s;",
        "client_max_body_size 1m;",
        "client_body_buffer_size 256k;",
        "proxy_request_buffering on;",
        "proxy_buffering on;",
        "proxy_max_temp_file_size 0;",
        "proxy_next_upstream off;",
        'proxy_set_header X-Forwarded-For "";',
        'proxy_set_header X-Real-IP "";',
    ],
)
def test_nginx_takes_the_slow_and_writes_down_nobody(directive: str) -> None:
    assert re.search(rf"^\s*{re.escape(directive)}", NGINX, re.MULTILINE)


def test_nginx_is_whole_and_leads_to_the_web() -> None:
    bare = re.sub(r"#.*|'[^']*'", "", NGINX)
    assert bare.count("{") == bare.count("}")
    assert "server web:8080;" in bare
    assert "$remote_addr" not in bare
    assert "127.0.0.1:8080:8080" in SERVICES["nginx"]["ports"]


def test_the_image_runs_our_code_as_somebody_without_rights() -> None:
    lines = (ROOT / "config/Dockerfile").read_text().splitlines()
    assert "FROM python:3.12-slim" in lines
    assert "USER helpbutton" in lines
    uid = SERVICES["web"]["user"]
    assert any(f"--uid {uid}" in line for line in lines)
    assert f"container_user={uid}" in (ROOT / "config/make-secrets.sh").read_text()
    copied = {word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]}
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
