"""Doors for families: the button, the form, the receipt, accessibility, and the pages of the demo."""

from helpbutton.web.public import accessibility, assets, demo, form, loader, nearby, receipt

blueprints = (loader.bp, assets.bp, form.bp, nearby.bp, receipt.bp, accessibility.bp, demo.bp)
