"""Doors for families: the button, the form, the receipt, and the pages of the demo."""

from helpbutton.web.public import demo, form, loader, receipt, style

blueprints = (loader.bp, style.bp, form.bp, receipt.bp, demo.bp)
