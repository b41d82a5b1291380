"""A page on which a network sees discs, and whose particles somebody looks at."""

import pytest
from drawn_lattices import lattices
from seen_discs import micrograph_of, page_of


@pytest.fixture
def bare(tmp_path):
    return page_of(tmp_path)


@pytest.fixture
def page(bare):
    """The micrograph is open, its mask is there, and nobody looks at the particles."""
    bare.session.show(micrograph_of())
    bare.rest()
    return bare


@pytest.fixture
def looked_at(page):
    """The same, with somebody who looks."""
    page.particles.active = True
    page.rest()
    return page


@pytest.fixture
def session(looked_at):
    return looked_at.session


@pytest.fixture
def particles(looked_at):
    return looked_at.particles


@pytest.fixture
def crystals(bare):
    """A page that shows lattices, with somebody who looks at the particles, and at the lattice of one."""
    bare.session.show(lattices())
    bare.rest()
    bare.particles.active = bare.session.lattice.active = True
    bare.rest()
    return bare


@pytest.fixture
def lattice(crystals):
    return crystals.session.lattice
