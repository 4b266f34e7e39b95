"""Closed word lists for synthetic edits of questions."""

from __future__ import annotations

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be been being below between both but by can could
    did do does doing down each few for from further had has have having he her here hers him his how i if
    in into is it its itself just like made make many me more most much my name no nor not of off on once
    one only or other our out over own part people person place same say she should so some such t s than
    that the their them then there these they thing this those through time to too type under until up use
    used using very was way we were what when where which while who whom whose why will with would year
    years you your kind new author writer reviewer product poster user item customer called want get work
    need happen happens happened according according described describe mentioned""".split()
)

# A word can be swapped for any other member of its series; they exclude each other.
SERIES: tuple[tuple[str, ...], ...] = tuple(
    tuple(line.split())
    for line in (
        "first second third fourth fifth sixth seventh eighth ninth tenth last",
        "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty",
        "hundred thousand million billion",
        "january february march april may june july august september october november december",
        "monday tuesday wednesday thursday friday saturday sunday",
        "spring summer autumn winter",
        "north south east west northwest northeast southwest southeast",
        "northern southern eastern western central",
        "red green blue yellow black white brown orange purple pink grey gold silver",
        "father mother brother sister son daughter uncle aunt grandfather grandmother husband wife nephew niece cousin",
        "daily weekly monthly yearly hourly annually",
        "morning afternoon evening night midnight noon",
        "seconds minutes hours days weeks months decades centuries",
        "single double triple",
        "nickname motto slogan anthem flag emblem",
        "birth death marriage burial baptism graduation retirement",
        "highest lowest average median",
    )
)

_OPPOSITES = """
above below, accept reject, accepted rejected, active inactive, add remove, added removed, advantage disadvantage,
advantages disadvantages, agree disagree, agreed disagreed, allow forbid, allowed forbidden, ally enemy, allies enemies,
always never, ancient modern, appear disappear, appeared disappeared, arrive depart, arrived departed, ascend descend,
attack defend, attacked defended, attract repel, back front, backward forward, bad good, before after, begin end, began
ended, beginning end, begins ends, benefit harm, benefits drawbacks, best worst, better worse, big small, bigger
smaller, biggest smallest, birth death, born killed, bottom top, bought sold, broad narrow, build demolish, built
demolished, buy sell, cause prevent, causes prevents, caused prevented, cheap expensive, cheaper costlier, cheapest
costliest, clean dirty, close open, closed opened, closest farthest, cold hot, colder hotter, comfortable uncomfortable,
common rare, complete incomplete, complex simple, connected disconnected, construct destroy, constructed destroyed,
construction destruction, cool warm, correct incorrect, create destroy, created destroyed, dark bright, daughter son,
day night, dead alive, decrease increase, decreased increased, decreases increases, deep shallow, defeat victory,
defeated aided, demand supply, die survive, died survived, difficult easy, direct indirect, dissolve form, dissolved
formed, domestic foreign, down up, dry wet, earlier later, earliest latest, early late, easiest hardest, easier harder,
east west, effective ineffective, emigrate immigrate, employ dismiss, empty full, enable disable, enabled disabled,
encourage discourage, encouraged discouraged, enter leave, entered left, even odd, expand shrink, expanded shrank,
export import, exported imported, exports imports, external internal, fail succeed, failed succeeded, failure success,
fast slow, faster slower, fastest slowest, favor oppose, favorite hated, female male, fewer more, fewest most, final
initial, find lose, finish start, finished started, first last, flexible rigid, follow precede, followed preceded, found
lost, founded abolished, friend enemy, gain lose, gained lost, gains losses, gave took, give take, gives takes, greater
lesser, greatest least, grow shrink, grew shrank, happy unhappy, hard soft, hate love, hated loved, healthy unhealthy,
heavier lighter, heaviest lightest, heavy light, help hinder, helped hindered, high low, higher lower, highest lowest,
hire fire, hired fired, hottest coldest, husband wife, import export, improve worsen, improved worsened, include
exclude, included excluded, includes excludes, inner outer, inside outside, install uninstall, join leave, joined left,
king queen, known unknown, large small, larger smaller, largest smallest, last first, legal illegal, least most, left
right, less more, like dislike, liked disliked, likes dislikes, long short, longer shorter, longest shortest, lose win,
lost won, love hate, loved hated, loves hates, lower higher, lowest highest, major minor, majority minority, man woman,
many few, maximum minimum, men women, minimum maximum, natural artificial, near far, nearest farthest, negative
positive, newer older, newest oldest, north south, northern southern, official unofficial, old young, older younger,
oldest youngest, oppose support, opposed supported, opposes supports, outer inner, outside inside, past future,
permanent temporary, permit prohibit, permitted prohibited, poor rich, popular unpopular, positive negative, possible
impossible, powerful weak, praised criticized, predecessor successor, present absent, prevent cause, prevented caused,
private public, profit loss, protect endanger, protected endangered, pull push, quickly slowly, raise lower, raised
lowered, rarely often, reduce increase, reduced increased, refuse accept, refused accepted, regular irregular, reject
accept, rejected accepted, released withheld, remember forget, remove add, removed added, richest poorest, rise fall,
rose fell, rises falls, rural urban, safe dangerous, same different, save waste, send receive, sent received, separate
combine, separated combined, similar different, slower faster, smaller larger, smallest largest, smooth rough, soft
hard, solid liquid, south north, southern northern, start stop, started stopped, starts stops, strength weakness,
strengths weaknesses, strong weak, stronger weaker, strongest weakest, succeeded preceded, successful unsuccessful,
supported opposed, support oppose, surrendered attacked, tall short, taller shorter, tallest shortest, teacher student,
thick thin, thicker thinner, top bottom, true false, union separation, unlike like, upper lower, useful useless, victory
defeat, visible invisible, war peace, warm cool, weak strong, weaker stronger, wealthy poor, western eastern, whole
partial, win lose, wins loses, winner loser, within outside, without with, won lost, worked rested, worst best, young
old, younger older, youngest oldest, all few, all none, every no, any no, directly indirectly, straight curved,
required forbidden, require forbid, requires forbids, buyer seller, original copied, simple complex, simplest hardest,
always rarely, usually never, agreed refused, created dissolved, gained forfeited, host guest, input output, famous
unknown, common uncommon, available unavailable, expected unexpected, likely unlikely, complete incomplete, necessary
unnecessary, effective ineffective, active inactive, appear disappear, appeared disappeared, agree disagree, advantage
disadvantage, employment unemployment, dependent independent, formal informal, organic inorganic, stable unstable,
employed unemployed, accurate inaccurate, related unrelated, aware unaware, finite infinite, married unmarried,
defeated undefeated, certain uncertain, affected unaffected, changed unchanged, used unused, able unable
"""

OPPOSITES: dict[str, tuple[str, ...]] = {}
for _pair in _OPPOSITES.split(","):
    _word, _other = _pair.split()
    OPPOSITES[_word] = (*OPPOSITES.get(_word, ()), _other)
    OPPOSITES[_other] = (*OPPOSITES.get(_other, ()), _word)

AUXILIARIES = frozenset("is are was were do does did has have had can could will would should".split())
CONTRACTED = {
    word: f"{word}n't"
    for word in ("is", "are", "was", "were", "do", "does", "did", "has", "have", "could", "would", "should")
} | {"can": "can't", "will": "won't"}
