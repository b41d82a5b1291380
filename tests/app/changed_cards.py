"""Networks that ship, of whose cards a test wants something else."""

from typing import Any

from workbench.app.session import Session


def change_cards(session: Session, *names: str, **update: Any) -> None:
    """Let the cards of these networks say this, and leave those of the others as they are."""
    session.cards = [card.model_copy(update=update) if card.name in names else card for card in session.cards]


def one_output(session: Session, *names: str) -> None:
    """Let these networks leave no speck out and part nothing, so that a mask is the threshold and nothing else."""
    session.cards = [
        card.model_copy(update={"smallest_diameter_px": None, "options": {**card.options, "distance": False}})
        if card.name in names
        else card
        for card in session.cards
    ]
