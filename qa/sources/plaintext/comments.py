"""Where the comments of a plain text begin, and where each of them ends.

Plain text has no markup for comments, so this relies on what a copied page leaves behind: a line "3 comments", "Jane
says:" above or "Posted by Jane on …" below each comment, a bullet before each, a comment form at the end. Every
candidate section of comments is weighed, and the best supported wins. Without such signs a text is an article alone: a
list in an article must not become its comments, and a comment left in the article is better than text under the wrong
name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.sources.patterns.attribution import BOLD_INLINE, UNATTRIBUTED, Attribution
from qa.sources.patterns.boilerplate import is_boilerplate, is_certain_boilerplate, is_counter
from qa.sources.patterns.dates import date_line, iso_day
from qa.sources.patterns.lines import Line, is_rule
from qa.sources.plaintext.bylines import Byline, attributions_at
from qa.sources.plaintext.headings import CommentHeading
from qa.sources.plaintext.lists import BULLET, CommentList, closing_list, parse_list, split_blocks
from qa.sources.plaintext.page import CopiedPage

_LONGEST_FOOTER = 2_000  # characters below the comments: links and notices of a page; more is a text of its own
_MOST_FORMS = 20  # comment forms that are tried as the end of the comments, which bounds the time of a hostile text
_SENTENCE_ENDS = (".", "!", "?", "…", ")", "”", '"')


@dataclass(frozen=True, slots=True)
class CommentLines:
    """The lines of one comment, with its author and day if the text names them."""

    lines: Sequence[Line]
    who: Attribution = UNATTRIBUTED


@dataclass(frozen=True, slots=True)
class SplitText:
    """The article of a text, the comments on it, and the part of the article that follows them."""

    article: Sequence[Line]
    comments: Sequence[CommentLines] = ()
    rest: Sequence[Line] = ()


@dataclass(frozen=True, slots=True)
class CommentSection:
    """A candidate for the section of comments, from line `start` to line `end`.

    Attributes:
        comments: The comments in it.
        strength: 3 if bylines separate them, 2 if they are items of a list, 1 if only blank lines or rules do.
        counted: Whether the heading announces their number.
        headed: Whether there is a heading.
    """

    start: int
    end: int
    comments: Sequence[CommentLines]
    strength: int
    counted: bool = False
    headed: bool = True

    @property
    def support(self) -> tuple[bool, int, int, bool, bool, int]:
        """The key by which candidates are compared, the weightiest sign first."""
        separated, number = self.counted and self.strength > 1, len(self.comments)
        return (separated, self.strength, number, self.counted, self.headed, self.start)


def split_comments(lines: Sequence[Line]) -> SplitText:
    """Split a text into the article and its comments; a short footer after the comments belongs to neither."""
    page = CopiedPage(lines)
    best = max(comment_sections(page), key=lambda section: section.support, default=None)
    if best is None:
        return SplitText(lines)
    rest = lines[best.end :]
    is_short = sum(len(line.text) for line in rest) <= _LONGEST_FOOTER
    return SplitText(lines[: best.start], best.comments, () if best.end in page.ends and is_short else rest)


def comment_sections(page: CopiedPage) -> Iterator[CommentSection]:
    """Every candidate with the support that it needs; their number is bounded by the page's headings and forms."""
    for heading in page.headings:
        section = _headed(page, heading)
        if section and section.comments:
            yield section
    shapes = defaultdict[str, list[Byline]](list)
    for byline in page.bylines:
        if byline.apart and (byline.style not in ("posted", "bare") or page.has_body(byline.start)):
            shapes[byline.shape].append(byline)
    for bylines in shapes.values():
        if section := _under_bylines(page, bylines, page.section_end(bylines[0].start), None):
            yield section
    yield from _closing_lists(page)


def _headed(page: CopiedPage, heading: CommentHeading) -> CommentSection | None:
    """The comments under a heading: by bylines if their first line is one, else as a list, else as blocks."""
    first, end = page.next_content(heading.index + 1), page.section_end(heading.index)
    if first >= end:
        return None
    if BULLET.match(page.lines[first].text) and (section := _listed(page, heading, first, end)):
        return section
    sections = []
    for byline in page.bylines_at(first):
        same = [other for other in page.bylines if first <= other.start < end and other.shape == byline.shape]
        if section := _under_bylines(page, same, end, heading):
            sections.append(section)
    if sections:  # a line that can be read in several ways is as those after it
        return max(sections, key=lambda section: len(section.comments))
    return _over_signatures(page, heading, first, end) or _listed(page, heading, first, end)


def _under_bylines(
    page: CopiedPage, bylines: Sequence[Byline], end: int, heading: CommentHeading | None
) -> CommentSection | None:
    """The comments under bylines of one shape; None if there is too little evidence that they are comments."""
    end = page.comments_end(bylines[0].start, end, bylines[0].shape)
    run = _run(page, [byline for byline in bylines if byline.end <= end], end, heading.count if heading else None)
    if not run:
        return None
    stops = [*(byline.start for byline in run[1:]), end]
    comments, end_in_buttons = [], []
    for byline, stop in zip(run, stops, strict=True):
        lines = list(page.lines[byline.body : stop])
        if byline.style == "inline":
            lines[0] = lines[0].without(byline.match.offset)
        comments.append(_comment(lines, byline))
        last = next((line.text for line in reversed(lines) if not line.blank), "")
        end_in_buttons.append(not is_rule(last) and is_boilerplate(last))
    if run[0].style in ("posted", "bare") and not comments[-1].lines:
        return None  # either the last line is a signature or the first: it is unclear who wrote which comment
    if not _is_believable(page, heading, run, comments, all(end_in_buttons)):
        return None
    counted = heading is not None and not heading.weak and heading.announces(len(run))
    not_empty = [comment for comment in comments if comment.lines]
    start = heading.index if heading else run[0].start
    return CommentSection(start, end, not_empty, 3, counted, heading is not None) if not_empty else None


def _over_signatures(page: CopiedPage, heading: CommentHeading, first: int, end: int) -> CommentSection | None:
    """The comments over signatures of one shape, if the last line is one."""
    end = page.comments_end(first, end)
    last = max(page.content_end(end) - 1, first)
    for signature in (*page.bylines_at(last), *page.bylines_at(last - 1)):
        if signature.start <= first or signature.end != last + 1:
            continue
        if signature.style not in ("posted", "bare") or heading.weak:
            continue
        run = [other for other in page.bylines if first < other.start < end and other.shape == signature.shape]
        if any(other.closed for other in run[:-1]):
            run = [other for other in run if other.closed]
        starts = [first, *(other.end for other in run[:-1])]
        comments = [
            CommentLines(_trimmed(page.lines[start : other.start]), other.match.who)
            for start, other in zip(starts, run, strict=True)
        ]
        if all(comment.lines for comment in comments):
            return CommentSection(heading.index, end, comments, 3, heading.announces(len(comments)))
    return None


def _run(page: CopiedPage, bylines: Sequence[Byline], end: int, count: int | None) -> list[Byline]:
    """Choose the bylines that open a comment; the others are part of a comment, which quotes.

    On a page with blank lines, a byline opens a comment only if it is set apart from the line above. A doubtful name
    never opens one. If the heading announces a number of comments, the choice that gives that number wins.
    """
    every: list[Byline] = []
    for byline in bylines:
        is_next_inline = byline.style == "inline" and every and byline.start > every[-1].start
        if not every or byline.start > every[-1].body or is_next_inline:
            every.append(byline)
    if not every:
        return []
    apart = [every[0], *(byline for byline in every[1:] if byline.apart)]
    has_blanks = any(page.lines[index].blank for index in range(every[0].end, page.content_end(end)))
    usual, other = (apart, every) if len(apart) > 1 or has_blanks else (every, apart)
    sure = [byline for byline in usual if not byline.match.doubtful or byline.match.dated]
    candidates = [sure, usual, [byline for byline in other if not byline.match.doubtful], other]
    return next((run for run in candidates if len(run) == count), sure if sure[:1] == every[:1] else [])


def _is_believable(
    page: CopiedPage,
    heading: CommentHeading | None,
    run: Sequence[Byline],
    comments: Sequence[CommentLines],
    end_in_buttons: bool,
) -> bool:
    """Whether these bylines and the text around them make comments, and not dialogue or lists of an article."""
    style, several = run[0].style, len({byline.match.who.author for byline in run}) > 1
    dated, timed = all(byline.match.dated for byline in run), all(byline.match.timed for byline in run)
    form = page.form_after(run[-1].end)
    counted = heading is not None and heading.announces(len(run))
    if heading and (counted or not heading.weak):
        if style == "inline":
            return form or counted or (heading.level is not None and run[0].shape == BOLD_INLINE)
        return page.has_body(heading.index) or several
    if end_in_buttons and several:
        return style not in ("inline", "mail", "bold")
    match style:
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
            return several and timed and (form or any(heading.announces(len(run)) for heading in page.headings))
    return False


def _listed(page: CopiedPage, heading: CommentHeading, first: int, end: int) -> CommentSection | None:
    """The comments under a heading that are items of a list, or that rules or blank lines separate."""
    end = page.comments_end(first, end)
    form = end in page.forms
    if (heading.weak and heading.count is None) or not (page.has_body(heading.index) or heading.on):
        return None  # a counter under the title belongs to the article
    if comment_list := parse_list(page.lines[first:end], heading.count):
        return _list_under(heading, comment_list, first, form)
    for by_rule in (True, False):
        comments = [CommentLines(_trimmed(block)) for block in split_blocks(page.lines[first:end], by_rule=by_rule)]
        comments = [comment for comment in comments if comment.lines]
        counted = heading.announces(len(comments))
        if counted or (not by_rule and _are_blocks(page, heading, len(comments), form)):
            return CommentSection(heading.index, end, comments, 1, counted)
    return None


def _list_under(heading: CommentHeading, comment_list: CommentList, first: int, form: bool) -> CommentSection | None:
    number = len(comment_list.items)
    comments, named = _with_inner_names(comment_list.items)
    fits = heading.count is not None and number <= heading.count
    drawn = comment_list.loose and comment_list.web and heading.level is None
    if fits or named or drawn or (form and (comment_list.loose or heading.level is None)):
        strength = 3 if named else 2
        return CommentSection(heading.index, first + comment_list.end, comments, strength, heading.announces(number))
    return None


def _are_blocks(page: CopiedPage, heading: CommentHeading, number: int, form: bool) -> bool:
    """Whether paragraphs are comments though their number is not the announced one.

    They are before a form, and if there are fewer than announced on a page with only one heading.
    """
    if any(other.index > heading.index and not other.weak for other in page.headings) or heading.weak:
        return False
    if form and heading.level is None:
        return True
    fewer = heading.count is not None and 1 < number <= heading.count
    return (heading.literal or heading.on) and fewer and len(page.headings) == 1


def _closing_lists(page: CopiedPage) -> Iterator[CommentSection]:
    """Loose bulleted lists under a counter of visits, or over a comment form."""
    forms = set(page.forms)
    starts = [0, *(index for index in page.forms if index - 1 not in forms)][-_MOST_FORMS:]
    for start, end in zip(starts, [*starts[1:], len(page.lines)], strict=True):
        last = page.content_end(end)
        if last <= start or not (closing := closing_list(page.lines[start:last])):
            continue
        first, items = start + closing[0], closing[1].items
        above = next((line.text.rstrip() for line in reversed(page.lines[:first]) if not line.blank), "")
        comments, named = _with_inner_names(items)
        closing_lines = [comment.lines[-1].text.rstrip() for comment in comments if comment.lines]
        sentences = sum(text.endswith(_SENTENCE_ENDS) for text in closing_lines)
        are_prose = above.endswith(_SENTENCE_ENDS) and 2 * sentences >= len(closing_lines)
        if is_counter(above) or (end in page.forms and are_prose):
            yield CommentSection(first, end, comments, 3 if named else 2, headed=False)


def _with_inner_names(items: Sequence[Sequence[Line]]) -> tuple[list[CommentLines], bool]:
    """The items as comments; with authors, and True, if each of them opens with a byline of the first one's shape."""
    matches = [{match.shape: (match, end) for match, end in attributions_at(item, 0)} for item in items]
    for shape in matches[0]:
        if len(items) > 1 and all(shape in by_shape for by_shape in matches):
            comments = []
            for item, by_shape in zip(items, matches, strict=True):
                match, end = by_shape[shape]
                lines = [item[0].without(match.offset), *item[1:]] if match.style == "inline" else item[end:]
                comments.append(CommentLines(_trimmed(lines), match.who))
            return [comment for comment in comments if comment.lines], True
    return [CommentLines(lines) for item in items if (lines := _trimmed(item))], False


def _comment(lines: Sequence[Line], byline: Byline) -> CommentLines:
    content, who = _trimmed(lines), byline.match.who
    if byline.style == "blog" and who.date is None and content and (day := date_line(content[-1].text)):
        return CommentLines(_trimmed(content[:-1]), Attribution(who.author, iso_day(day["when"])))
    return CommentLines(content, who)


def _trimmed(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without blank ones, rules and boilerplate at both ends; button labels are cut only at the end."""
    start, end = 0, len(lines)
    while start < end and (_is_separator(lines[start]) or is_certain_boilerplate(lines[start].text)):
        start += 1
    while start < end and (_is_separator(lines[end - 1]) or is_boilerplate(lines[end - 1].text)):
        end -= 1
    return lines[start:end]


def _is_separator(line: Line) -> bool:
    return line.blank or is_rule(line.text)
