"""Pages of `cmkt-inspect report`, read as trees."""

import csv
import io
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import unquote

from conftest import run

VOID = {"meta", "link", "br", "rect", "line", "path"}
# Whatever got into a page, there is no other element.
KNOWN = VOID | set(
    "html head title style body a header h1 h2 h3 p nav ol ul li main section figure figcaption "
    "strong span svg desc text g details summary div table caption thead tbody tr th td "
    "footer".split())


class Element:
    def __init__(self, name, attributes, parent):
        self.name, self.attributes, self.parent = name, attributes, parent
        self.children, self.words = [], ""

    def all(self, name=None):
        for child in self.children:
            if name in (None, child.name):
                yield child
            yield from child.all(name)

    @property
    def text(self):
        return self.words + "".join(child.text for child in self.children)


class Page(HTMLParser):
    """The tree of a page; a closing tag that does not fit fails."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = self.place = Element("", {}, None)
        self.source = text
        self.feed(text)
        self.close()
        assert self.place is self.root

    def handle_starttag(self, name, attributes):
        element = Element(name, dict(attributes), self.place)
        self.place.children.append(element)
        if name not in VOID:
            self.place = element

    def handle_startendtag(self, name, attributes):
        self.place.children.append(Element(name, dict(attributes), self.place))

    def handle_endtag(self, name):
        assert self.place.name == name, (self.place.name, name)
        self.place = self.place.parent

    def handle_data(self, words):
        self.place.words += words

    def all(self, name=None):
        return list(self.root.all(name))

    def figure(self, beginning):
        found = [f for f in self.all("figure") if f.attributes["id"].startswith(beginning)]
        assert len(found) == 1, (beginning, [f.attributes["id"] for f in self.all("figure")])
        return found[0]

    def numbers(self, beginning):
        """The rows of the CSV within a figure."""
        link = next(a for a in self.figure(beginning).all("a") if "download" in a.attributes)
        kind, data = link.attributes["href"].split(",", 1)
        assert kind == "data:text/csv;charset=utf-8"
        return list(csv.DictReader(io.StringIO(unquote(data))))


def report(folder, *words, name="page.html", **options):
    path = folder / name
    result = run("cmkt-inspect", "report", *words, "-o", path, "--force", **options)
    return SimpleNamespace(
        path=path, page=Page(path.read_text(encoding="utf-8")), errors=result.stderr)
