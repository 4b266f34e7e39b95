"""Where the comments of a plain text begin, and where each of them ends.

Plain text has no markup for comments, so this goes by what people leave when they copy a page: a line "3 comments",
"Jane says:" above or "Posted by Jane on …" below each, a bullet before each, a comment form at the end. Every way to
read the page is weighed, and the best supported wins. Without such signs a text is an article alone: a list in an
article must not become its comments, and a comment left in the article is better than words in the wrong mouth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.sources.patterns.attribution import UNATTRIBUTED, Attribution
from qa.sources.patterns.boilerplate import is_boilerplate, is_certain, is_counter
from qa.sources.patterns.dates import date_line, iso_day
from qa.sources.patterns.lines import Line, is_rule
from qa.sources.plaintext.bylines import Byline, claims_at
from qa.sources.plaintext.headings import Heading
from qa.sources.plaintext.lists import BULLET, Listing, blocks, closing_list, listing
from qa.sources.plaintext.page import Page

_LONGEST_FOOTER = 2_000
_MOST_FORMS = 20
_SENTENCE_ENDS = (".", "!", "?", "…", ")", "”", '"')


@dataclass(frozen=True, slots=True)
class Comment:
    """The lines of one comment, its author and day where the text tells them."""

    lines: Sequence[Line]
    who: Attribution = UNATTRIBUTED


@dataclass(frozen=True, slots=True)
class Parts:
    """A text's article, the comments on it, and what of the article follows the comments."""

    article: Sequence[Line]
    comments: Sequence[Comment] = ()
    rest: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a page: its comments, between two lines. `strength`: 3 where the comments are named, 2 where
    they are listed, 1 where blank lines alone part them; `counted` where their heading states their number."""

    start: int
    end: int
    comments: Sequence[Comment]
    strength: int
    counted: bool = False
    headed: bool = True

    @property
    def support(self) -> tuple[bool, int, int, bool, bool, int]:
        """What makes one reading better than another, the weightiest first."""
        listed, number = self.counted and self.strength > 1, len(self.comments)
        return (listed, self.strength, number, self.counted, self.headed, self.start)


def split(lines: Sequence[Line]) -> Parts:
    """Part a text into the article's lines and its comments; the short footer after them is in neither."""
    page = Page(lines)
    best = max(readings(page), key=lambda reading: reading.support, default=None)
    if best is None:
        return Parts(lines)
    rest = lines[best.end :]
    is_short = sum(len(line.text) for line in rest) <= _LONGEST_FOOTER
    return Parts(lines[: best.start], best.comments, () if best.end in page.enders and is_short else rest)


def readings(page: Page) -> Iterator[Reading]:
    """Every way to read the page that has the support it needs; their number is bounded by its headings and forms."""
    for heading in page.headings:
        found = _headed(page, heading)
        if found and found.comments:
            yield found
    shapes = defaultdict[str, list[Byline]](list)
    for head in page.heads:
        if head.apart and (head.style not in ("posted", "bare") or page.has_body(head.start)):
            shapes[head.shape].append(head)
    for heads in shapes.values():
        if found := _above(page, heads, page.section_end(heads[0].start), None):
            yield found
    yield from _closing(page)


def _headed(page: Page, heading: Heading) -> Reading | None:
    """The comments under a heading: named if their first line names somebody, else listed, else blocks."""
    first, end = page.written(heading.index + 1), page.section_end(heading.index)
    if first >= end:
        return None
    if BULLET.match(page.lines[first].text) and (found := _listed(page, heading, first, end)):
        return found
    for head in page.heads_at(first):
        same = [other for other in page.heads if first <= other.start < end and other.shape == head.shape]
        if found := _above(page, same, end, heading):
            return found
    return _below(page, heading, first, end) or _listed(page, heading, first, end)


def _above(page: Page, heads: Sequence[Byline], end: int, heading: Heading | None) -> Reading | None:
    """The comments under heads of one shape, None where too little says that they are comments."""
    end = page.comments_end(heads[0].start, end, heads[0].shape)
    run = _run(page, [head for head in heads if head.end <= end], end, heading.count if heading else None)
    if not run:
        return None
    stops = [*(head.start for head in run[1:]), end]
    comments, replied = [], []
    for head, stop in zip(run, stops, strict=True):
        lines = list(page.lines[head.body : stop])
        if head.style == "inline":
            lines[0] = lines[0].without(head.claim.offset)
        comments.append(_comment(lines, head))
        last = next((line.text for line in reversed(lines) if not line.blank), "")
        replied.append(not is_rule(last) and is_boilerplate(last))
    if run[0].style in ("posted", "bare") and not comments[-1].lines:
        return None  # the last line is a signature, or the first is: nobody can tell whose words are whose
    if not _believable(page, heading, run, comments, all(replied)):
        return None
    counted = heading is not None and not heading.weak and heading.states(len(run))
    written = [comment for comment in comments if comment.lines]
    start = heading.index if heading else run[0].start
    return Reading(start, end, written, 3, counted, heading is not None) if written else None


def _below(page: Page, heading: Heading, first: int, end: int) -> Reading | None:
    """The comments over signatures of one shape, where the last line is one."""
    end = page.comments_end(first, end)
    last = next((index for index in range(end - 1, first, -1) if not page.edges[index]), first)
    for head in (*page.heads_at(last), *page.heads_at(last - 1)):
        if head.start <= first or head.end != last + 1 or head.style not in ("posted", "bare") or heading.weak:
            continue
        run = [other for other in page.heads if first < other.start < end and other.shape == head.shape]
        if any(other.closed for other in run[:-1]):
            run = [other for other in run if other.closed]
        starts = [first, *(other.end for other in run[:-1])]
        comments = [
            Comment(_trimmed(page.lines[start : other.start]), other.claim.who)
            for start, other in zip(starts, run, strict=True)
        ]
        if all(comment.lines for comment in comments):
            return Reading(heading.index, end, comments, 3, heading.states(len(comments)))
    return None


def _run(page: Page, heads: Sequence[Byline], end: int, count: int | None) -> list[Byline]:
    """Those of the heads that open a comment: apart from the lines above where the page has blank lines, with names
    beyond doubt, unless the count says otherwise. The others are words of a comment, which quotes."""
    every: list[Byline] = []
    for head in heads:
        if not every or head.start > every[-1].body or (head.style == "inline" and head.start > every[-1].start):
            every.append(head)
    if not every:
        return []
    apart = [every[0], *(head for head in every[1:] if head.apart)]
    spaced = len(apart) > 1 or any(page.lines[index].blank for index in range(every[0].end, page_end(page, end)))
    usual, other = (apart, every) if spaced else (every, apart)
    sure = [head for head in usual if not head.claim.doubtful or head.claim.dated]
    candidates = [sure, usual, [head for head in other if not head.claim.doubtful], other]
    return next((run for run in candidates if len(run) == count), sure if sure[:1] == every[:1] else [])


def page_end(page: Page, end: int) -> int:
    """The line after the last that somebody wrote before `end`."""
    while end and page.edges[end - 1]:
        end -= 1
    return end


def _believable(
    page: Page, heading: Heading | None, run: Sequence[Byline], comments: Sequence[Comment], replied: bool
) -> bool:
    """Whether so many heads of this kind, with what stands around them, are comments and not an article's words."""
    way, several = run[0].style, len({head.claim.who.author for head in run}) > 1
    dated, timed = all(head.claim.dated for head in run), all(head.claim.timed for head in run)
    form = page.form_after(run[-1].end)
    counted = heading is not None and heading.states(len(run))
    if heading and (counted or not heading.weak):
        if way == "inline":
            return form or counted
        return page.has_body(heading.index) or several
    if replied and several:
        return way not in ("inline", "mail")
    match way:
        case "site":
            return timed
        case "says" if dated:
            return several or (timed and run[0].end - run[0].start > 1)
        case "says":
            return form and several and "says" in run[0].shape.split()[2]
        case "blog":
            return several and (form or all(comment.who.date for comment in comments))
        case "posted":
            return several and dated
        case "bare":
            return several and timed and (form or any(heading.states(len(run)) for heading in page.headings))
    return False


def _listed(page: Page, heading: Heading, first: int, end: int) -> Reading | None:
    """The comments under a heading that are listed, or parted by rules or blank lines."""
    end = page.comments_end(first, end)
    form = end in page.forms
    if (heading.weak and heading.count is None) or not (page.has_body(heading.index) or heading.on):
        return None  # a counter under the title belongs to the article
    found = listing(page.lines[first:end], heading.count)
    if found:
        return _list_under(heading, found, first, form)
    for by_rule in (True, False):
        written = [Comment(_trimmed(block)) for block in blocks(page.lines[first:end], by_rule=by_rule)]
        written = [comment for comment in written if comment.lines]
        if heading.states(len(written)) or (not by_rule and _are_blocks(page, heading, len(written), form)):
            return Reading(heading.index, end, written, 1, heading.states(len(written)))
    return None


def _list_under(heading: Heading, found: Listing, first: int, form: bool) -> Reading | None:
    number = len(found.items)
    comments, named = _with_inner_names(found.items)
    fits = heading.count is not None and number <= heading.count
    drawn = found.loose and found.web and heading.level is None
    if fits or named or drawn or (form and (found.loose or heading.level is None)):
        return Reading(heading.index, first + found.end, comments, 3 if named else 2, heading.states(number))
    return None


def _are_blocks(page: Page, heading: Heading, number: int, form: bool) -> bool:
    """Whether paragraphs that do not make the count are comments all the same: before a form, or fewer than stated on
    a page with one heading alone."""
    if any(other.index > heading.index and not other.weak for other in page.headings) or heading.weak:
        return False
    told = heading.plain or heading.on
    fewer = told and heading.count is not None and 1 < number <= heading.count and len(page.headings) == 1
    return fewer or (form and heading.level is None)


def _closing(page: Page) -> Iterator[Reading]:
    """Loose bulleted lists under a counter of visits, or over a comment form."""
    known = set(page.forms)
    starts = [0, *(index for index in page.forms if index - 1 not in known)][-_MOST_FORMS:]
    for start, end in zip(starts, [*starts[1:], len(page.lines)], strict=True):
        until = page_end(page, end)
        if until <= start or not (found := closing_list(page.lines[start:until])):
            continue
        at, items = start + found[0], found[1]
        above = next(
            (page.lines[index].text.rstrip() for index in reversed(range(at)) if not page.lines[index].blank), ""
        )
        comments, named = _with_inner_names(items.items)
        last = [comment.lines[-1].text.rstrip() for comment in comments if comment.lines]
        sentences = sum(text.endswith(_SENTENCE_ENDS) for text in last)
        over_form = end in page.forms and above.endswith(_SENTENCE_ENDS) and 2 * sentences >= len(last)
        if is_counter(above) or over_form:
            yield Reading(at, end, comments, 3 if named else 2, headed=False)


def _with_inner_names(items: Sequence[Sequence[Line]]) -> tuple[list[Comment], bool]:
    """The items as comments, named where every one of them opens with a head of the first one's shape."""
    claims = [{claim.shape: (claim, end) for claim, end in claims_at(item, 0)} for item in items]
    for shape in claims[0]:
        if len(items) > 1 and all(shape in found for found in claims):
            comments = []
            for item, found in zip(items, claims, strict=True):
                claim, end = found[shape]
                lines = [item[0].without(claim.offset), *item[1:]] if claim.style == "inline" else item[end:]
                comments.append(Comment(_trimmed(lines), claim.who))
            return [comment for comment in comments if comment.lines], True
    return [Comment(lines) for item in items if (lines := _trimmed(item))], False


def _comment(lines: Sequence[Line], head: Byline) -> Comment:
    written, who = _trimmed(lines), head.claim.who
    if head.style == "blog" and who.date is None and written and (day := date_line(written[-1].text)):
        return Comment(_trimmed(written[:-1]), Attribution(who.author, iso_day(day["when"])))
    return Comment(written, who)


def _trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines less blank ones, rules and furniture at both ends; a button's word is furniture at the end alone."""
    start, end = 0, len(lines)
    while start < end and (lines[start].blank or is_rule(lines[start].text) or is_certain(lines[start].text)):
        start += 1
    while start < end and (lines[end - 1].blank or is_rule(lines[end - 1].text) or is_boilerplate(lines[end - 1].text)):
        end -= 1
    return lines[start:end]
