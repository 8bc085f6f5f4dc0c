"""What a webmaster copies into a page: the button as a script, as an element, and as a plain link."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import escape

from helpbutton.directory.queries import SiteView
from helpbutton.i18n import gettext
from helpbutton.reasons import N_

NAME = N_("Ask for help")


@dataclass(frozen=True)
class Snippets:
    """Three ways to the same form, each as HTML."""

    script: str
    element: str
    link: str


def snippets(site: SiteView, base: str) -> Snippets:
    """For this site, with the service at `base`; only what differs from the button's defaults is written out."""
    loader = f'<script async src="{escape(base)}/button.js"'
    link = f'<a href="{escape(base)}/ask/{site.key}">{escape(gettext(site.languages[0], NAME))}</a>'
    on_script = "".join(f' data-{name}="{escape(value)}"' for name, value in _choices(site, "floating"))
    on_element = "".join(f' {name}="{escape(value)}"' for name, value in _choices(site, "inline"))
    return Snippets(
        script=f'{loader} data-site="{site.key}"{on_script}></script>',
        element=f'{loader}></script>\n<help-button site="{site.key}"{on_element}>{link}</help-button>',
        link=link,
    )


def _choices(site: SiteView, default_position: str) -> Iterator[tuple[str, str]]:
    if site.colour:
        yield "color", site.colour
    if site.position != default_position:
        yield "position", site.position
    if site.phone:
        yield "phone", site.phone
