"""Paper, colours and files of the figures of a study."""

from workbench.study.drawing import COLOURS, colours_of, panels, save


def test_things_apart_have_colours_apart_and_begin_again_after_the_last():
    found = colours_of(len(COLOURS) + 1)
    assert len(set(found[:-1])) == len(COLOURS)
    assert found[-1] == found[0]


def test_values_of_one_thing_go_from_light_to_dark():
    def brightness(colour):
        return sum(int(colour[place : place + 2], 16) for place in (1, 3, 5))

    found = [brightness(colour) for colour in colours_of(5, ordered=True)]
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 5


def test_panels_stand_in_rows_and_none_is_empty():
    figure, axes = panels(5, across=3)
    assert len(axes) == 5
    assert [axis.get_visible() for axis in figure.axes] == [True] * 5 + [False]
    assert len({axis.get_subplotspec().rowspan.start for axis in axes}) == 2


def test_the_same_numbers_give_the_same_files(tmp_path):
    def drawn(folder):
        figure, (axis,) = panels(1)
        axis.plot([0, 1], [1, 0])
        return save(figure, tmp_path / folder / "dice")

    first, second = drawn("a"), drawn("b")
    assert first == tmp_path / "a" / "dice.png"
    for suffix in (".png", ".svg"):
        assert first.with_suffix(suffix).read_bytes() == second.with_suffix(suffix).read_bytes()
