"""Finds what could lead to a petitioner in a text about to leave the body: numbers, addresses, copied words. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from itertools import groupby

LEAST_COPIED = 12
"""So many characters in a row taken from a petition are a copy, not a summary."""
_PROBE = LEAST_COPIED // 2

_SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜谢邹喻柏窦章云苏潘葛范彭郎鲁韦马苗方俞任袁柳"
    "史唐费廉岑薛雷贺倪汤罗毕郝安常乐傅齐康伍余顾孟黄穆萧尹姚邵汪祁毛狄米明戴宋庞熊纪舒屈项祝董梁杜阮蓝席季麻贾路"
    "江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍虞万柯管卢莫房缪解丁邓洪包左石崔吉龚程邢裴陆荣翁荀甄曲封储靳段焦谷车侯"
    "宓全班秋仲伊宁仇刘景龙叶司黎白蒲邰赖卓池乔闻党翟谭申冉雍桑桂濮牛边温庄晏柴瞿阎艾鱼容古易廖耿匡寇广欧蔚师巩聂"
    "晁敖冷辛阚简饶曾关查游权盖岳"
)
_ROLES = "举报人|信访人|反映人|来信人|来访人|投诉人|上访人|控告人|检举人|申诉人|写信人|打电话人"
_SAID = "反映|举报|投诉|来信|来访|来电|上访|信访|控告|检举|诉称|联名"
_PEOPLE = "村民|居民|群众|职工|员工|业主|农户|商户|户主|家长|教师|学生|患者|当事人"
# Two characters that begin like a surname and are none.
_NO_NAMES = (
    "方面|马上|全体|全员|党员|高度|广泛|曾多次|曾经|曾向|于今年|于去年|于近日|于日前|常年|常常|常来|连续|万分|严正|严肃|严厉|"
    "任何|左右|安置户|安全员|关于|相关|水利|成员|时常|何时|施工方|经营户|金额|程度|乐于|和谐|平时|路过|路面"
)
_NAME = rf"(?!{_NO_NAMES})[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"
_GAP = r"[ \-–—.·•_/|*~]"
NUMERALS = "〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖"
"""Chinese digits as numbers are read aloud with."""
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


class Risk(Enum):
    """What was found: the Chinese and the English words for it, and whether it can never stay in the text.

    What can stay, can do so only when a second person has read it and says so.
    """

    ID_NUMBER = ("身份证号码", "identity-card number", True)
    PHONE = ("电话号码", "telephone number", True)
    BANK_CARD = ("银行卡号", "bank-card number", True)
    EMAIL = ("电子邮箱", "e-mail address", True)
    ACCOUNT = ("微信、QQ 等账号", "messaging account", True)
    PLATE = ("车牌号", "car plate", True)
    PETITIONER_NAMED = ("信访人姓名", "petitioner's name", True)
    COPIED = ("照抄信访原文", "words copied from the petition", True)
    ADDRESS = ("详细住址", "exact address", False)
    UNIQUE_POST = ("唯一岗位，可推知本人", "a post only one person holds", False)
    SMALL_EVENT = ("时间地点具体的小范围活动", "a small event with day and place", False)
    LONG_QUOTE = ("大段引文", "a long quotation", False)
    NAME_LIKE = ("疑似信访人姓名", "what may be a petitioner's name", False)

    @property
    def zh(self) -> str:
        """The Chinese words."""
        return self.value[0]

    @property
    def en(self) -> str:
        """The English words."""
        return self.value[1]

    @property
    def blocks(self) -> bool:
        """Whether it can never stay."""
        return self.value[2]


@dataclass(frozen=True, order=True)
class Finding:
    """Where something was found. What was found is not repeated: findings may be shown and counted."""

    start: int
    end: int
    code: str

    @property
    def risk(self) -> Risk:
        """What it is."""
        return Risk[self.code]


def _birth_date_fits(match: re.Match[str]) -> bool:
    return 1 <= int(match["m"]) <= 12 and 1 <= int(match["d"]) <= 31


def _luhn(match: re.Match[str]) -> bool:
    digits = [int(char) for char in match[0] if char.isdigit()][::-1]
    return sum(digits[0::2]) % 10 == -sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2]) % 10


def _always(_match: re.Match[str]) -> bool:
    return True


_RULES: tuple[tuple[Risk, re.Pattern[str], Callable[[re.Match[str]], bool]], ...] = (
    (
        Risk.ID_NUMBER,
        re.compile(
            r"(?<![0-9A-Za-z])[1-9]\d{5}[ -]?(?:18|19|20)\d{2}[ -]?(?P<m>\d{2})[ -]?(?P<d>\d{2})[ -]?\d{3}[ -]?[0-9Xx]"
            r"(?![0-9A-Za-z])"
        ),
        _birth_date_fits,
    ),
    (
        Risk.ID_NUMBER,
        re.compile(r"(?<![0-9A-Za-z])[1-9]\d{7}(?P<m>\d{2})(?P<d>\d{2})\d{3}(?![0-9A-Za-z])"),
        _birth_date_fits,
    ),
    (Risk.PHONE, re.compile(r"(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}(?![0-9]|\.\d)"), _always),
    # Groups as they are read aloud, and single digits kept apart: the ways to slip one past a search.
    (Risk.PHONE, re.compile(rf"(?<![\d.])1[3-9]\d{_GAP}{{1,3}}\d{{4}}{_GAP}{{1,3}}\d{{4}}(?![0-9]|\.\d)"), _always),
    (Risk.PHONE, re.compile(rf"(?<![\d.])1{_GAP}{{1,2}}[3-9](?:{_GAP}{{1,2}}\d){{9}}(?![0-9])"), _always),
    (Risk.PHONE, re.compile(r"(?<![\d.])0\d{2,3}[ -]?[2-9]\d{6,7}(?![0-9])"), _always),
    (
        Risk.PHONE,
        re.compile(r"(?:电话|手机|座机|联系方式|致电|拨打)(?:号码?)?[::为是 ]*[2-9]\d{2,3}[ -]?\d{4}(?![0-9])"),
        _always,
    ),
    (Risk.PHONE, re.compile(rf"[{NUMERALS}](?:[ -]?[{NUMERALS}]){{6,}}"), _always),
    (Risk.BANK_CARD, re.compile(r"(?<![0-9A-Za-z])[3-9](?:[ -]?\d){15,18}(?![0-9A-Za-z])"), _luhn),
    (Risk.EMAIL, re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), _always),
    (Risk.ACCOUNT, re.compile(r"(?:微信|QQ|qq|扣扣|抖音|快手)(?:账?号)?[::为是 ]*[A-Za-z0-9_-]{5,20}"), _always),
    (Risk.PLATE, re.compile(rf"[{_PROVINCES}][A-HJ-NP-Z][·•. ]?[A-HJ-NP-Z0-9]{{5,6}}(?![A-Za-z0-9])"), _always),
    (
        Risk.PETITIONER_NAMED,
        re.compile(rf"(?:{_ROLES})(?:(?:姓名)?[::为是叫系]|姓)?\s*[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}"),
        _always,
    ),
    (Risk.PETITIONER_NAMED, re.compile(rf"(?:{_PEOPLE}){_NAME}(?:等|{_SAID})"), _always),
    (Risk.PETITIONER_NAMED, re.compile(rf"{_NAME}\((?:女士?|男)?,?(?:{_ROLES})\)"), _always),
    (
        Risk.PETITIONER_NAMED,
        re.compile(rf"{_NAME}等(?:\d+|[一二三四五六七八九十百]+)[余多]?[名位户]?人[^。;,\n]{{0,6}}(?:{_SAID})"),
        _always,
    ),
    (Risk.NAME_LIKE, re.compile(rf"(?:^|(?<=[。;,、:\s])){_NAME}(?={_SAID})"), _always),
    (
        Risk.ADDRESS,
        re.compile(
            r"[\u4e00-\u9fff]{1,12}(?:路|街|巷|弄|村|社区|小区|苑|花园|大院)[\u4e00-\u9fff]{0,6}"
            r"[0-9一二三四五六七八九十百]+(?:号|组|队|栋|幢|单元|室)"
        ),
        _always,
    ),
    (
        Risk.UNIQUE_POST,
        re.compile(
            r"(?:唯一|仅有|只有一名|只有一个|仅一名|仅一个)[^。;,\n]{0,10}(?:会计|出纳|职工|干部|教师|医生|人员|保管|司机|同志|女)"
        ),
        _always,
    ),
    (
        Risk.SMALL_EVENT,
        re.compile(
            r"\d{1,2}月\d{1,2}日[^。\n]{0,12}在[^。\n]{2,20}(?:聚会|聚餐|吃饭|饭局|宴请|打牌|谈话|开会|见面|碰头)"
        ),
        _always,
    ),
    (Risk.LONG_QUOTE, re.compile(r"[“「『][^”」』]{20,}[”」』]"), _always),
)


@dataclass(frozen=True)
class Originals:
    """What the texts to be checked share with the petitions' own words, in pieces that are long enough for a copy."""

    pieces: frozenset[str] = field(default=frozenset(), repr=False)
    known: frozenset[str] = field(default=frozenset(), repr=False)
    """Pieces that may be told anyway."""

    @classmethod
    def shared(cls, texts: Iterable[str], originals: Iterable[str], known: Iterable[str] = ()) -> Originals:
        """Compare all `texts` with all `originals` at once, however many those are: each is looked at and let go.

        `known` is what may be told anyway, such as the names of units: what it says is no copy.
        """
        wanted = {piece for text in texts for piece in _pieces(text)}
        if not wanted:
            return cls()
        probes = {piece[at : at + _PROBE] for piece in wanted for at in range(LEAST_COPIED - _PROBE + 1)}
        likely = (original for original in originals if _may_share(original, probes))
        return cls(
            frozenset(piece for original in likely for piece in _pieces(original) if piece in wanted),
            frozenset(piece for text in known for piece in _pieces(text) if piece in wanted),
        )


def check_text(text: str, originals: Originals | Iterable[str] = ()) -> tuple[Finding, ...]:
    """What in `text` could lead to a petitioner; `originals` are the petitions' own words, none of which may be copied.

    For several texts find the `Originals` that they share once.

    It finds patterns, not persons: that it finds nothing does not replace the second reader.
    """
    # Characters without a width are left out, or one of them inside a number would hide it.
    placed = [(place, _narrowed(char)) for place, char in enumerate(text) if unicodedata.category(char) != "Cf"]
    plain = "".join(char for _, char in placed)
    found = [
        Finding(placed[match.start()][0], placed[match.end() - 1][0] + 1, risk.name)
        for risk, pattern, holds in _RULES
        for match in pattern.finditer(plain)
        if holds(match)
    ]
    return tuple(sorted({*found, *_copied(text, originals)}))


def blocked(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that can never stay in the text."""
    return tuple(finding for finding in findings if finding.risk.blocks)


def _narrowed(char: str) -> str:
    """The half-width form where it is one character, so that positions stay those of the text."""
    if (digit := unicodedata.digit(char, None)) is not None:
        return str(digit)
    narrow = unicodedata.normalize("NFKC", char)
    return narrow if len(narrow) == 1 else char


def _copied(text: str, originals: Originals | Iterable[str]) -> Iterator[Finding]:
    shared = originals if isinstance(originals, Originals) else Originals.shared([text], originals)
    placed = list(_words(text)) if shared.pieces else []
    words = "".join(char for char, _ in placed)
    copied, known = _covered(words, shared.pieces), _covered(words, shared.known)
    start = 0
    for is_copied, run in groupby(copied):
        end = start + len(list(run))
        # A unit's long name beside one word of the petition's is no copy of it.
        if is_copied and known[start:end].count(0) >= LEAST_COPIED // 2:
            yield Finding(placed[start][1], placed[end - 1][1] + 1, Risk.COPIED.name)
        start = end


def _covered(words: str, pieces: frozenset[str]) -> bytearray:
    """Per letter whether it stands in one of the pieces."""
    covered = bytearray(len(words))
    for at in range(len(words) - LEAST_COPIED + 1):
        if words[at : at + LEAST_COPIED] in pieces:
            covered[at : at + LEAST_COPIED] = b"\1" * LEAST_COPIED
    return covered


def _pieces(text: str) -> Iterator[str]:
    """Every piece of the text's letters and digits that would be a copy."""
    words = _letters(text)
    return (words[start : start + LEAST_COPIED] for start in range(len(words) - LEAST_COPIED + 1))


def _may_share(original: str, probes: Container[str]) -> bool:
    """Whether a closer look is worth it: every piece holds one of these probes whole, wherever it begins."""
    words = _letters(original)
    starts = range(0, len(words) - _PROBE + 1, LEAST_COPIED - _PROBE + 1)
    return any(words[start : start + _PROBE] in probes for start in starts)


class _Plain(dict[int, str | None]):
    """Remembers the one form of every character met: petitions are read whole, a few million characters at a time."""

    def __missing__(self, code: int) -> str | None:
        return self.setdefault(code, _plain(chr(code)))


_PLAIN = _Plain()


def _letters(text: str) -> str:
    return text.translate(_PLAIN)


def _words(text: str) -> Iterator[tuple[str, int]]:
    """The letters and digits of a text with their places: punctuation and spaces do not make a copy another text."""
    for place, char in enumerate(text):
        plain = _plain(char)
        if plain is not None:
            yield plain, place


def _plain(char: str) -> str | None:
    """A letter or digit in the one form that is compared, always one character; None for everything else."""
    narrow = _narrowed(char)
    return narrow.lower()[0] if narrow.isalnum() else None
