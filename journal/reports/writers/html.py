"""A table as HTML: a fragment for a page of the journal, on screen and on paper.

Built from strings, because a template engine costs ten times as much for a grid.
Every text passes `escape`; `journal/static/journal/report.css` gives the look.
"""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString

from journal.reports.table import Cell, Column, Heading, Line, Table, header

from .layout import alignment, clean, drawn_up, shown, signature

ALIGNED = {"left": "l", "center": "", "right": "e"}


def write(table: Table) -> SafeString:
    """The report, a `<section>` a sheet; needs report.css on the page."""
    # Escaped piece by piece below, so the page may take it as it is.
    return SafeString("".join(map(_section, table.sheets)))


def _section(table: Table) -> str:
    head = "".join(
        f"<p>{_text(line)}</p>" if kind != "title" else f"<h2>{_text(line)}</h2>"
        for kind, line in (
            *(("issuer", line) for line in table.issuer),
            ("title", table.title),
            *(("line", line) for line in table.lines),
        )
    )
    warnings = "".join(
        f'<p class="report-warning">{_text(line)}</p>' for line in table.warnings
    )
    name = escape(clean(" ".join(table.title.split())))
    parts = [
        f'<section class="report report-{table.orientation}" lang="ru">',
        f'<header class="report-head">{head}</header>{warnings}',
        f'<div class="report-scroll" role="region" aria-label="{name}" tabindex="0">',
        f'<table class="report-table"><caption>{name}</caption>',
        _head(table),
        _body(table),
        _foot(table),
        "</table></div>",
        _tail(table),
        "</section>",
    ]
    return "".join(parts)


def _text(text: str) -> str:
    return escape(clean(text), quote=False).replace("\n", "<br>")


def _head(table: Table) -> str:
    name = table.name_column
    rows = (
        "".join(_heading(heading, heading.x == name) for heading in row)
        for row in header(table.columns)
    )
    return f"<thead>{''.join(f'<tr>{row}</tr>' for row in rows)}</thead>"


def _heading(heading: Heading, is_name: bool) -> str:
    spans = ""
    if heading.colspan > 1:
        spans += f' colspan="{heading.colspan}"'
    if heading.rowspan > 1:
        spans += f' rowspan="{heading.rowspan}"'
    if heading.column is None:
        return f'<th scope="colgroup"{spans}>{_text(heading.text)}</th>'
    if heading.column.vertical:
        text = f"<span>{_text(heading.text)}</span>"
        return f'<th scope="col"{spans} class="v">{text}</th>'
    mark = ' class="n"' if is_name else ""
    return f'<th scope="col"{spans}{mark}>{_text(heading.text)}</th>'


def _body(table: Table) -> str:
    rows = _rows(table, table.body())
    if not rows:
        span = len(table.columns)
        why = f"<span>{_text(table.empty)}</span>"
        rows = f'<tr><td colspan="{span}" class="empty">{why}</td></tr>'
    return f"<tbody>{rows}</tbody>"


def _foot(table: Table) -> str:
    rows = _rows(table, table.foot())
    return f"<tfoot>{rows}</tfoot>" if rows else ""


def _rows(table: Table, lines) -> str:
    name = table.name_column
    columns = [
        (column, _open_tag(column, x == name), x == name)
        for x, column in enumerate(table.columns)
    ]
    span = len(columns)
    out = []
    for line in lines:
        if line.section is not None:
            title = _text(line.section)
            out.append(
                f'<tr class="section"><th scope="rowgroup" colspan="{span}">'
                f"<span>{title}</span></th></tr>"
            )
        else:
            out.append(_row(line, columns))
    return "".join(out)


def _open_tag(column: Column, is_name: bool) -> str:
    aligned = ALIGNED[alignment(column)]
    if is_name:
        return f'<th scope="row" class="n {aligned}">'
    return f'<td class="{aligned}">' if aligned else "<td>"


def _row(line: Line, columns: list[tuple[Column, str, bool]]) -> str:
    out = [f'<tr class="{line.style}">' if line.style else "<tr>"]
    add = out.append
    for value, (column, tag, is_name) in zip(line.values, columns, strict=True):
        if type(value) is int and column.kind == "number" and not column.decimals:
            text = str(value) if value >= 0 else f"−{-value}"
        elif value is None or value == "":
            text = ""
        else:
            text = escape(shown(value, column), quote=False)
            if "\n" in text:
                text = text.replace("\n", "<br>")
            if type(value) is Cell and value.style:
                text = f'<span class="{value.style}">{text}</span>'
        add(f"{tag}{text}</th>" if is_name else f"{tag}{text}</td>")
    add("</tr>")
    return "".join(out)


def _tail(table: Table) -> str:
    notes = "".join(f"<p>{_text(note)}</p>" for note in table.notes)
    signs = "".join(
        f"<tr><td>{escape(post)}</td><td></td><td>{escape(name)}</td></tr>"
        for post, name in (signature(*pair) for pair in table.signatures)
    )
    if signs:
        signs = f'<table class="report-signs" role="presentation">{signs}</table>'
    stamp = f"<p>{_text(table.stamp)}</p>" if table.stamp else ""
    return (
        f'<footer class="report-tail"><div class="report-notes">{notes}</div>{signs}'
        f"<p>{drawn_up(table)}</p>{stamp}</footer>"
    )
