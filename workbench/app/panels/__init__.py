"""The panels on the left of the page: one file each, each a view on the session.

A new panel is a new file here with a class decorated by `panel`; nothing else is edited.
"""

from workbench.app.panels.registry import Panel, open_panels, panel

__all__ = ["Panel", "open_panels", "panel"]
