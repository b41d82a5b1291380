"""An architecture, an attribution method and a panel in a package of their own."""
