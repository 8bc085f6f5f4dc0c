"""Whether a call really comes from Twilio: its signature over the public address and the form."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator

from helpbutton import settings

SIGNATURE = "X-Twilio-Signature"


def is_genuine(*, path: str, query: str, form: Mapping[str, str], signature: str) -> bool:
    """Compare with the signature for `public_url`, so that neither a proxy nor a forged Host changes the answer.

    The algorithm is the one of the auth token (HMAC-SHA1 over the address and the sorted fields,
    twilio.com/docs/usage/security); a call cannot choose another one.
    """
    active = settings.current()
    if not signature or active.sms != "twilio" or active.twilio_auth_token_file is None:
        return False
    token = active.twilio_auth_token_file.read_text().strip()
    address = f"{active.public_url}{path}" + (f"?{query}" if query else "")
    return bool(RequestValidator(token).validate(address, form, signature))
