"""Settings: everything that is wrong is named at once, and demo and production stay apart."""

from pathlib import Path

import pytest

from helpbutton import settings
from helpbutton.errors import SettingsError
from helpbutton.settings import Settings


def test_all_problems_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPBUTTON_PORT", "99999")
    monkeypatch.setenv("HELPBUTTON_SMS", "pigeon")
    monkeypatch.setenv("HELPBUTTON_DATABASE_URL", "mysql://x")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    named = " ".join(caught.value.problems)
    assert all(name in named for name in ("HELPBUTTON_PORT", "HELPBUTTON_SMS", "HELPBUTTON_DATABASE_URL"))


def test_production_refuses_missing_and_weak_secrets_all_at_once(tmp_path: Path) -> None:
    weak = tmp_path / "weak"
    weak.write_text("password")
    with pytest.raises(SettingsError) as caught:
        Settings(data_dir=tmp_path, secret_key_file=weak).for_mode(demo=False)
    named = " ".join(caught.value.problems)
    assert all(
        name in named
        for name in (
            "HELPBUTTON_SECRET_KEY_FILE",
            "HELPBUTTON_KEK_FILE",
            "HELPBUTTON_SMS",
            "HELPBUTTON_BASE_URL",
        )
    )


def test_demo_stays_on_this_machine_and_sends_nothing_real(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("t")
    twilio = {
        "sms": "twilio",
        "twilio_account_sid": "AC",
        "twilio_auth_token_file": token,
        "twilio_from": "+358",
    }
    with pytest.raises(SettingsError) as caught:
        Settings(data_dir=tmp_path, bind="0.0.0.0", **twilio).for_mode(demo=True)
    assert len(caught.value.problems) == 2
    local = Settings(data_dir=tmp_path, twilio_api_base="http://127.0.0.1:9", **twilio)
    assert local.for_mode(demo=True).sms == "twilio"


def test_neither_mode_opens_the_others_database(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="demo for ever"):
        Settings(data_dir=tmp_path, demo=False).for_mode(demo=True)
    with pytest.raises(SettingsError, match="not a demo database"):
        Settings(data_dir=tmp_path, demo=True).for_mode(demo=False)


def test_a_socket_path_stays_short_enough_for_the_system(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["deeply"] * 20)
    assert len(str(Settings(data_dir=deep).valkey_socket)) < 104
    assert Settings(data_dir=deep).valkey_socket != Settings(data_dir=deep / "x").valkey_socket
