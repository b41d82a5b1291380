"""The viewer: linked panes of one micrograph on one WebGL2 canvas."""

from workbench.app.viewer.viewer import Viewer

__all__ = ["Viewer"]
