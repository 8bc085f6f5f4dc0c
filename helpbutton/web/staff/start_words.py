"""The words of the guided page: what each step is and why, and what the machine still lacks."""

from helpbutton.reasons import N_

TITLES = {
    "organisation": N_("The organisation"),
    "administrator": N_("An administrator"),
    "desk": N_("A desk that answers"),
    "hours": N_("Opening hours"),
    "member": N_("People who answer"),
    "number": N_("A number for alerts"),
    "site": N_("A page for the button"),
    "snippet": N_("The button on that page"),
    "routes": N_("Where requests go"),
    "test": N_("A test request"),
}
WHY = {
    "organisation": N_(
        "It is responsible for what families write here, and it serves an area: nobody else's requests come in."
    ),
    "administrator": N_("Somebody who keeps all of this. An administrator sees no case."),
    "desk": N_("Every request goes to a desk: people who have promised to answer by a certain day."),
    "hours": N_("Promised days are counted from them, and ordinary alerts wait for them."),
    "member": N_(
        "Somebody has to work at each desk. They take cases, answer families and hear of what is urgent."
    ),
    "number": N_("An urgent request rings there at once. The message never says anything about the family."),
    "site": N_(
        "Each website that shows the button is registered, so that the form opens there and nowhere else."
    ),
    "snippet": N_(
        "Copy one line into the website and open the button there once. That is how this page knows that it works."
    ),
    "routes": N_(
        "No request may end nowhere. The proof goes through every municipality, topic, language and age of your area."
    ),
    "test": N_(
        "Send a request and have it answered. Then you have seen the whole way that a family's words take."
    ),
}
LABELS = {
    "organisation": N_("Organisation"),
    "kind": N_("Kind"),
    "name_fi": N_("Name in Finnish"),
    "name_sv": N_("Name in Swedish"),
    "name_en": N_("Name in English"),
    "area": N_("The area that it serves"),
    "person": N_("Your name"),
    "email": N_("E-mail"),
    "password": N_("New password"),
    "service_kind": N_("Kind of service"),
    "hours": N_("Open from Monday to Friday"),
    "duty_number": N_("Duty number"),
    "full_name": N_("Name"),
    "role": N_("Role"),
    "language": N_("Language"),
    "desk": N_("Desk"),
    "municipality": N_("Municipality"),
    "origins": N_("Address of the website"),
    "site": N_("Page"),
}
LACKS = {
    "settings": N_("A setting is wrong for real use. The command helpbutton doctor names it."),
    "private_keys": N_("Others on the machine can read a file of keys."),
    "keys_apart": N_("The keys lie among the data: whoever gets one copy of it could read everything."),
    "https": N_("Families do not reach the service over an encrypted connection."),
    "sms": N_("Text messages go to the terminal, not to phones."),
    "email": N_("There is no e-mail as a second way for alerts."),
    "deadman": N_("Nobody outside notices if the whole service stands still."),
    "sweeper": N_("The process that does what is left over is not running."),
}
"""By the ids of `readiness.safety`."""
