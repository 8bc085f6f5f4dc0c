"""Doors for families: the button, the form, the receipt, and the pages of the demo."""

from helpbutton.web.public import assets, demo, form, loader, receipt

blueprints = (loader.bp, assets.bp, form.bp, receipt.bp, demo.bp)
