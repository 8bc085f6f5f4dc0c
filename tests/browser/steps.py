"""The form's steps, walked as a person does: on a page of its own or inside the frame of another page."""

from playwright.sync_api import Frame, FrameLocator, Page, expect

Form = Page | Frame | FrameLocator


def write(form: Form, text: str) -> None:
    """From the first step to the third, with this text."""
    form.locator("#who [data-next]").click()
    form.locator("#text").fill(text)
    form.locator("#what [data-next]").click()
    expect(form.locator("#contact")).to_be_visible()


def to_summary(form: Form) -> None:
    """From the third step to the summary."""
    form.locator("button.main[value=check]").click()
    expect(form.locator("main[data-step=check]")).to_be_visible()
