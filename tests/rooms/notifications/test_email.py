"""E-mail through a real mail server: encrypted, without content, each failure in its class, one Message-ID."""

import asyncio
import datetime as dt
import ssl
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from helpbutton import clock, settings
from helpbutton.cases.models import Case, CaseKey, Contact
from helpbutton.db import reading, transaction
from helpbutton.notifications import channels, lifecycle
from helpbutton.notifications.channels import email
from helpbutton.notifications.channels.base import Outgoing
from helpbutton.notifications.deliver import deliver
from helpbutton.notifications.kinds import DELIVER
from helpbutton.notifications.models import ChannelStop
from helpbutton.notifications.operations import tell_sender
from helpbutton.notifications.rows import add
from helpbutton.staff.models import Account
from tests.processes import free_port

from .conftest import DUTY, SENDER, World, later

ADDRESS = "perhe@example.fi"
LETTER = Outgoing(
    to=ADDRESS,
    body="Sinulle on uusi viesti. Viite K7QX.",
    reference="K7QX",
    attempt_id="1",
    validity_s=3600,
    subject="Sinulle on viesti",
    message_id="abc123",
)


class Postbox:
    """What the mail server took, and how it answers."""

    def __init__(self) -> None:
        self.letters: list[Message] = []
        self.encrypted: list[bool] = []
        self.answers: dict[str, str] = {}
        self.thinks_s = 0.0

    async def handle_MAIL(
        self, _server: object, _session: Session, envelope: Envelope, to: str, _: object
    ) -> str:
        envelope.mail_from = to
        return self.answers.get("mail", "250 OK")

    async def handle_RCPT(
        self, _server: object, _session: Session, envelope: Envelope, to: str, _: object
    ) -> str:
        envelope.rcpt_tos.append(to)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, server: object, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content))
        self.encrypted.append(session.ssl is not None)
        await asyncio.sleep(self.thinks_s)
        if self.answers.get("data") == "hang up":
            server.transport.close()  # type: ignore[attr-defined]
        return self.answers.get("data", "250 OK")


Serve = Callable[..., Postbox]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for localhost with its key, that nobody trusts yet."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def serve(world: World, certificate: Path, tmp_path: Path) -> Iterator[Serve]:
    """Starts a mail server and makes it ours."""
    running = []

    def start(*, starttls: bool = True, password: str = "") -> Postbox:
        postbox, context = Postbox(), None
        if starttls:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)

        def authenticate(
            _server: object, _session: object, _envelope: object, _how: str, given: object
        ) -> AuthResult:
            assert given.login == b"apua"  # type: ignore[attr-defined]
            fits = given.password.decode() == password  # type: ignore[attr-defined]
            return AuthResult(success=fits, handled=False)

        controller = Controller(
            postbox,
            hostname="localhost",
            port=free_port(),
            tls_context=context,
            require_starttls=starttls,
            authenticator=authenticate if password else None,
            auth_required=bool(password),
        )
        controller.start()
        running.append(controller)
        file = tmp_path / "password"
        file.write_text("oikea\n")
        use_mail(
            f"smtp://apua@localhost:{controller.port}" if password else f"smtp://localhost:{controller.port}",
            file,
        )
        return postbox

    yield start
    for controller in running:
        controller.stop()


def use_mail(url: str, password: Path | None = None) -> None:
    chosen = {"smtp_url": url, "smtp_password_file": password, "email_from": "Apua <apua@example.fi>"}
    settings.activate(settings.current().model_copy(update=chosen))


def send(letter: Outgoing = LETTER) -> tuple[str, str | None]:
    channel = channels.of("email")
    assert channel is not None
    outcome = channel.send(letter)
    return outcome.verdict, outcome.error


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def choose_email(world: World, *, phone: str | None = SENDER, urgency: str = "normal") -> int:
    case = world.case(world.desk(), phone=phone, preferred="email", urgency=urgency)
    with transaction() as session:
        vault = session.get_one(CaseKey, case).vault()
        session.get_one(Contact, case).email = vault.seal(ADDRESS, "contact.email")
    return case


@pytest.mark.usefixtures("trusted")
def test_encrypted_on_the_way_and_without_content(serve: Serve) -> None:
    postbox = serve(password="oikea")
    assert send() == ("accepted", None)
    (letter,) = postbox.letters
    assert postbox.encrypted == [True]
    assert (letter["To"], letter["From"], letter["Subject"]) == (
        ADDRESS,
        "Apua <apua@example.fi>",
        "Sinulle on viesti",
    )
    assert letter["Message-ID"] == "<abc123@example.fi>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_payload().strip() == LETTER.body
    assert send() == ("accepted", None)
    assert postbox.letters[1]["Message-ID"] == letter["Message-ID"], "a copy can be told from a new one"


def test_a_server_that_nobody_vouches_for_gets_nothing(serve: Serve) -> None:
    postbox = serve()
    assert send() == ("stopped", "bad_certificate")
    assert postbox.letters == []


def test_encryption_that_breaks_is_tried_again(serve: Serve) -> None:
    serve(starttls=False)
    use_mail(settings.current().smtp_url.replace("smtp://", "smtps://"))
    verdict, error = send()
    assert (verdict, error) == ("not_sent", "SSLError")


def test_a_server_may_think_about_the_text_for_longer(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    postbox = serve(starttls=False)
    monkeypatch.setattr(email, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(email, "WHOLE_TIMEOUT_S", 3)
    postbox.thinks_s = 0.6
    assert send() == ("accepted", None)


def test_the_longest_send_ends_before_another_worker_takes_the_to_do() -> None:
    assert DELIVER.lease_s > lifecycle.CALL_MUST_START_WITHIN_S + email.WHOLE_TIMEOUT_S


def test_without_encryption_only_to_this_machine(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    postbox = serve(starttls=False)
    assert send() == ("accepted", None)
    monkeypatch.setattr(email, "LOOPBACK", ())
    assert send() == ("stopped", "no_starttls")
    assert len(postbox.letters) == 1


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_stops_the_channel(serve: Serve) -> None:
    serve(password="toinen")
    assert send() == ("stopped", "smtp_535")


@pytest.mark.parametrize(
    ("at", "answer", "verdict", "error"),
    [
        ("rcpt", "450 later", "not_sent", "smtp_450"),
        ("rcpt", "550 nobody here", "refused", "smtp_550"),
        ("mail", "451 later", "not_sent", "smtp_451"),
        ("mail", "553 not you", "stopped", "smtp_sender_refused"),
        ("data", "452 full", "not_sent", "smtp_452"),
        ("data", "554 no", "refused", "smtp_554"),
        ("data", "hang up", "unknown", "SMTPServerDisconnected"),
    ],
)
def test_every_answer_has_its_class(serve: Serve, at: str, answer: str, verdict: str, error: str) -> None:
    postbox = serve(starttls=False)
    postbox.answers[at] = answer
    assert send() == (verdict, error)


def test_a_dead_port_is_no_doubt(world: World) -> None:
    use_mail(f"smtp://localhost:{free_port()}")
    assert send() == ("not_sent", "ConnectionRefusedError")


@pytest.mark.parametrize(
    "to", ["a@example.fi\r\nBcc: b@example.fi", "a@example.fi\nX: y", "a@b.fi,c@d.fi", "ä@b.fi"]
)
def test_an_address_that_is_more_than_one_is_refused(serve: Serve, to: str) -> None:
    postbox = serve(starttls=False)
    assert send(Outgoing(to, "x", "K7QX", "1", 60, "x", "x")) == ("refused", "bad_address")
    assert postbox.letters == []


@pytest.mark.parametrize("phone", [SENDER, None])
def test_a_family_that_prefers_it_gets_e_mail_and_no_sms(
    world: World, serve: Serve, phone: str | None
) -> None:
    postbox = serve(starttls=False)
    case = choose_email(world, phone=phone)
    world.confirm(case)
    tell_sender(world.message(case, direction="to_family"))
    assert [deliver(row.id) for row in world.notifications()] == [None, None]
    assert [(row.channel, row.status) for row in world.notifications()] == [("email", "sent")] * 2
    assert world.phone() == []
    assert [letter["To"] for letter in postbox.letters] == [ADDRESS] * 2
    for notification in world.notifications():
        assert ADDRESS.encode() not in (notification.to_sealed or b"")


def test_an_unclear_e_mail_to_a_family_is_held(world: World, serve: Serve) -> None:
    postbox = serve(starttls=False)
    postbox.answers["data"] = "hang up"
    case = choose_email(world)
    world.confirm(case)
    family = world.only().id
    assert deliver(family) is not None
    with clock.moved(later(901)):
        assert deliver(family) is None
    assert (world.only().status, world.only().error) == ("held", "no_trace")


def test_an_alert_that_stays_unclear_is_not_sent_for_ever(world: World, serve: Serve) -> None:
    postbox = serve(starttls=False)
    postbox.answers["data"] = "hang up"
    with transaction() as session:
        session.get_one(Account, world.account).email = "duty@example.fi"
    case = world.case(world.desk(), urgency="urgent")
    with transaction() as session:
        row = session.get_one(Case, case)
        alert = add(
            session,
            "duty_alert",
            "second/1",
            case_id=case,
            service_id=row.service_id,
            language="fi",
            not_before=clock.now(),
            channel="email",
            account_id=world.account,
        ).id
    start = clock.now()
    for minutes in range(10):
        with clock.moved(start + dt.timedelta(minutes=minutes, seconds=minutes)):
            deliver(alert)
            deliver(alert)
    assert (world.only().status, world.only().error) == ("dead", "no_trace")
    assert len(postbox.letters) == lifecycle.UNANSWERED_TRIES


def test_an_address_that_was_taken_back_gets_nothing(world: World, serve: Serve) -> None:
    postbox = serve(starttls=False)
    case = choose_email(world)
    world.confirm(case)
    with transaction() as session:
        session.get_one(Contact, case).email = None
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("dropped", "contact_changed")
    assert world.told(case) == [{"purpose": "confirmation", "because": "contact_changed"}]
    assert postbox.letters == []


def test_without_a_mail_server_e_mail_waits_for_a_human(world: World, tmp_path: Path) -> None:
    settings.activate(settings.current().model_copy(update={"sms": "twilio"}))
    world.confirm(choose_email(world))
    assert deliver(world.only().id) is None
    assert (world.only().status, world.only().error) == ("held", "no_channel")


def test_the_demo_shows_e_mail_beside_its_phones(world: World) -> None:
    world.confirm(choose_email(world))
    world.alert(world.case(world.desk(), urgency="urgent"))
    for notification in world.notifications():
        deliver(notification.id)
    assert {message.to for message in world.phone()} == {ADDRESS, DUTY}


def test_a_refused_sender_stops_e_mail_alone(world: World, serve: Serve) -> None:
    postbox = serve(starttls=False)
    postbox.answers["mail"] = "550 not you"
    world.confirm(choose_email(world))
    assert deliver(world.only().id) is not None
    assert reading().scalars(select(ChannelStop.channel)).all() == ["email"]
    world.alert(world.case(world.desk(), urgency="urgent"))
    assert deliver(world.notifications("duty_alert")[0].id) is None
    assert [message.to for message in world.phone()] == [DUTY]
