"""Converts a useful part of Markdown to HTML."""

from __future__ import annotations

import html
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field

SAMPLE = """\
# A *short* tour

Paragraphs are lines of text, with **bold**, *emphasis*, `code & <tags>`,
[links](https://example.org/?a=1&b=2 "Title") and ![images](cat.png).
A line that ends in two blanks  
breaks.

## Lists

- apples
- pears
  - green *ones*
  - yellow ones
    1. small
    2. large
- plums

3. third
4. fourth

> Quotes hold anything,
> > even quotes
>
> - and lists

```python
def f(x):
    return x < 1 and "**not bold**"
```

| fruit | price | stock |
|:------|------:|:-----:|
| apple | 1.20  | yes   |
| `plum`| **3** | no    |

Setext heading
--------------

***

Escapes: \\*not emphasis\\*, 2 * 3 * 4, snake_case_name, <b>raw</b>, AT&T.
Mixed ***both*** and ~~gone~~ and <https://example.org>.
"""


class Node(ABC):
    @abstractmethod
    def render(self) -> Iterator[str]: ...


@dataclass
class Heading(Node):
    level: int
    text: str

    def render(self) -> Iterator[str]:
        slug = re.sub(r"[^\w]+", "-", self.text.lower()).strip("-")
        yield f'<h{self.level} id="{slug}">{inline(self.text)}</h{self.level}>'


@dataclass
class Paragraph(Node):
    lines: list[str]
    tight: bool = False

    def render(self) -> Iterator[str]:
        text = inline("\n".join(self.lines))
        yield text if self.tight else f"<p>{text}</p>"


@dataclass
class CodeBlock(Node):
    language: str
    lines: list[str]

    def render(self) -> Iterator[str]:
        attribute = f' class="language-{self.language}"' if self.language else ""
        yield f"<pre><code{attribute}>{html.escape('\n'.join(self.lines))}</code></pre>"


@dataclass
class Container(Node):
    tag: str
    children: list[Node] = field(default_factory=list)
    attributes: str = ""

    def render(self) -> Iterator[str]:
        match self.children:
            case [Paragraph(tight=True) as only]:
                yield f"<{self.tag}>{''.join(only.render())}</{self.tag}>"
            case children:
                yield f"<{self.tag}{self.attributes}>"
                for child in children:
                    for line in child.render():
                        yield "  " + line if "<pre>" not in line else line
                yield f"</{self.tag}>"


class Rule(Node):
    def render(self) -> Iterator[str]:
        yield "<hr>"


@dataclass
class Table(Node):
    header: list[str]
    alignment: list[str]
    rows: list[list[str]]

    def row(self, tag: str, cells: list[str]) -> str:
        made = []
        for cell, side in zip(cells, self.alignment):
            style = f' style="text-align: {side}"' if side else ""
            made.append(f"<{tag}{style}>{inline(cell)}</{tag}>")
        return f"  <tr>{''.join(made)}</tr>"

    def render(self) -> Iterator[str]:
        yield "<table>"
        yield self.row("th", self.header)
        for cells in self.rows:
            yield self.row("td", cells)
        yield "</table>"


INLINE = [
    (re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)"), r'<img src="\2" alt="\1">'),
    (re.compile(r"\[([^\]]+)\]\(([^)\s]+)(?:\s+&quot;(.*?)&quot;)?\)"), lambda m: link(*m.groups())),
    (re.compile(r"&lt;(https?://[^&]+)&gt;"), r'<a href="\1">\1</a>'),
    (re.compile(r"\*\*\*(?=\S)(.+?)(?<=\S)\*\*\*"), r"<strong><em>\1</em></strong>"),
    (re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*(?=\S)(.+?)(?<=\S)\*"), r"<em>\1</em>"),
    (re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)"), r"<em>\1</em>"),
    (re.compile(r"~~(.+?)~~"), r"<del>\1</del>"),
    (re.compile(r" {2,}\n"), "<br>\n"),
]


def link(text: str, target: str, title: str | None) -> str:
    extra = f' title="{title}"' if title else ""
    return f'<a href="{target}"{extra}>{text}</a>'


def inline(text: str) -> str:
    """Renders what stands within a block. Code and escaped characters are set aside first, so that nothing touches them."""
    kept: list[str] = []

    def keep(fragment: str) -> str:
        kept.append(fragment)
        return f"\0{len(kept) - 1}\0"

    text = re.sub(r"\\([\\`*_{}\[\]()#+.!~>-])", lambda m: keep(html.escape(m[1])), text)
    text = re.sub(r"(`+)(.+?)\1", lambda m: keep(f"<code>{html.escape(m[2].strip())}</code>"), text)
    text = html.escape(text)
    for pattern, replacement in INLINE:
        text = pattern.sub(replacement, text)
    return re.sub(r"\0(\d+)\0", lambda m: kept[int(m[1])], text)


MARKER = re.compile(r"( *)([-+*]|(\d+)[.)]) +(.*)")


class Blocks:
    """Parses lines into nodes."""

    def __init__(self, lines: list[str], tight: bool = False):
        self.lines, self.at, self.tight = lines, 0, tight

    def peek(self, offset: int = 0) -> str | None:
        index = self.at + offset
        return self.lines[index] if index < len(self.lines) else None

    def parse(self) -> list[Node]:
        nodes = []
        while (line := self.peek()) is not None:
            if not line.strip():
                self.at += 1
                continue
            nodes.append(self.block(line))
        return nodes

    def block(self, line: str) -> Node:
        if found := re.fullmatch(r"(#{1,6}) +(.*?)(?: +#+)?", line):
            self.at += 1
            return Heading(len(found[1]), found[2])
        if re.fullmatch(r" *([-*_])(?: *\1){2,} *", line):
            self.at += 1
            return Rule()
        if line.startswith("```"):
            return self.fence(line[3:].strip())
        if line.startswith(">"):
            return Container("blockquote", Blocks(self.take_quote()).parse())
        if MARKER.match(line):
            return self.list_block()
        if "|" in line and (below := self.peek(1)) and re.fullmatch(r"[|:\- ]*-[|:\- ]*", below) and "|" in below:
            return self.table()
        return self.paragraph()

    def fence(self, language: str) -> Node:
        self.at += 1
        body = []
        while (line := self.peek()) is not None and not line.startswith("```"):
            body.append(line)
            self.at += 1
        self.at += 1
        return CodeBlock(language, body)

    def take_quote(self) -> list[str]:
        body = []
        while (line := self.peek()) is not None and line.startswith(">"):
            body.append(re.sub(r"^> ?", "", line))
            self.at += 1
        return body

    def list_block(self) -> Node:
        first = MARKER.match(self.peek())
        ordered = first[3] is not None
        start = f' start="{first[3]}"' if ordered and first[3] != "1" else ""
        node = Container("ol" if ordered else "ul", attributes=start)
        while (line := self.peek()) is not None:
            found = MARKER.match(line)
            if not found or len(found[1]) != len(first[1]) or (found[3] is not None) != ordered:
                break
            indent = found.start(4)
            body = [found[4]]
            self.at += 1
            while (line := self.peek()) is not None and (line.startswith(" " * indent) and line.strip()):
                body.append(line[indent:])
                self.at += 1
            node.children.append(Container("li", Blocks(body, tight=True).parse()))
        return node

    def table(self) -> Node:
        def cells(line: str) -> list[str]:
            return [cell.strip() for cell in line.strip().strip("|").split("|")]

        header, rule = cells(self.peek()), cells(self.peek(1))
        sides = {(True, True): "center", (False, True): "right", (True, False): "left", (False, False): ""}
        alignment = [sides[c.startswith(":"), c.endswith(":")] for c in rule]
        self.at += 2
        rows = []
        while (line := self.peek()) and "|" in line:
            rows.append(cells(line))
            self.at += 1
        return Table(header, alignment, rows)

    def paragraph(self) -> Node:
        body = []
        while (line := self.peek()) and line.strip():
            if body and re.fullmatch(r"=+|-+", line.strip()):
                self.at += 1
                return Heading(1 if line.strip()[0] == "=" else 2, " ".join(body))
            if body and (line.startswith(("#", "```", ">")) or MARKER.match(line)):
                break
            body.append(line.lstrip())
            self.at += 1
        return Paragraph(body, self.tight)


def convert(text: str) -> str:
    lines = [line.expandtabs(4) for line in text.split("\n")]
    return "\n".join(line for node in Blocks(lines).parse() for line in node.render())


def main(args: list[str]) -> int:
    if args:
        with open(args[0], encoding="utf-8") as file:
            print(convert(file.read()))
    else:
        print(convert(SAMPLE))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
