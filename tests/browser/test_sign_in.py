"""A passkey made and used in real Chromium with a virtual authenticator; an invitation's link behind its #."""

import json

from playwright.sync_api import BrowserContext, expect

from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.i18n import gettext
from tests.browser.hosts import accessible, still  # noqa: F401
from tests.installation import Installation

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_signs_in_alone(desk_sized: BrowserContext, still: Installation) -> None:  # noqa: F811
    page = desk_sized.new_page()
    page.set_default_timeout(8000)
    devtools = desk_sized.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    people = json.loads(sign_ins_path(still.data_dir).read_text())
    person = next(person for person in people if person["email"].startswith("cara@"))
    staff = f"http://localhost:{still.port}/staff"

    page.goto(f"{staff}/account?lang=en")
    page.get_by_label("E-mail").fill(person["email"])
    page.get_by_label("Password").fill(person["password"])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{staff}/account/second-factor?lang=en")
    accessible(page)
    page.get_by_label("Name").fill("Työkone")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    expect(page.locator(".recovery code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("bdi", has_text="Työkone")).to_be_visible()
    accessible(page)

    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{staff}/account?lang=en")
    accessible(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name=gettext("fi", "Your account"))).to_be_visible()
    expect(page.get_by_text(f"{gettext('fi', 'passkey')} ·").first).to_be_visible()

    page.goto(f"{staff}/invitation?lang=en#secret-of-a-link")
    expect(page.get_by_text("used already or is too old")).to_be_visible()
    assert "secret-of-a-link" not in page.url
    assert [said for said in complaints if "404" not in said] == []
