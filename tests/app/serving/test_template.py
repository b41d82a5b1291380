"""The HTML around the page: Voila's own, which fetches nothing from the internet."""

import json

import jinja2

from workbench.app.serving.template import NAME, write_template

VOILA = """{% block notebook_css %}<link href="https://cdn.jsdelivr.net/icons.css">
<link href="/voila/static/page.css">{% endblock %}<main>{% block body %}the page{% endblock %}</main>"""


def test_it_is_found_by_its_name_and_builds_on_the_one_of_lab(tmp_path):
    write_template(tmp_path)
    conf = tmp_path / "voila" / "templates" / NAME / "conf.json"
    assert json.loads(conf.read_text()) == {"base_template": "lab"}


def test_nothing_is_asked_of_another_host_and_the_rest_stays(tmp_path):
    write_template(tmp_path)
    (tmp_path / "voila" / "templates" / "lab").mkdir()
    (tmp_path / "voila" / "templates" / "lab" / "index.html.j2").write_text(VOILA)
    found = jinja2.Environment(loader=jinja2.FileSystemLoader(tmp_path), autoescape=False)
    page = found.get_template(f"voila/templates/{NAME}/index.html.j2").render()
    assert 'href="https://' not in page
    assert 'href="/voila/static/page.css"' in page
    assert "<main>the page</main>" in page


def test_the_kernel_is_given_two_minutes_to_tell_of_its_widgets(tmp_path):
    write_template(tmp_path)
    page = (tmp_path / "voila" / "templates" / NAME / "index.html.j2").read_text()
    assert page.index("120000") < page.index("super()")  # before anything of Voila's
