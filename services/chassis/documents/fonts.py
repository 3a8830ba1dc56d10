"""Finds fonts that have Chinese characters: a PDF without them would print boxes silently."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

from services.chassis.errors import Fault, GuantongError

SONG = ("FZXiaoBiaoSong-B05S", "SimSun", "Noto Serif CJK SC", "Source Han Serif SC")
FANG_SONG = ("FangSong_GB2312", "FangSong", "FandolFang R", "Noto Serif CJK SC", "Source Han Serif SC")
HEI = ("SimHei", "Noto Sans CJK SC", "Source Han Sans SC")
KAI = ("KaiTi_GB2312", "KaiTi", "AR PL UKai CN", "Noto Serif CJK SC", "Source Han Serif SC")
"""Families in order of preference: the standard's own where the county installed them, then open ones."""

_ALWAYS_EXIST_ON_PAPER = {"Noto Serif CJK SC", "Source Han Serif SC", "FandolFang R", "SimSun", "FangSong"}


class FontsMissingError(GuantongError):
    """No font with Chinese characters was found; install one, or put its files in a folder and name that folder."""

    reason: ClassVar[str] = "FONTS_MISSING"
    fault: ClassVar[Fault] = Fault.UNAVAILABLE
    message_en: ClassVar[str] = (
        "No font with Chinese characters was found, and a PDF would show boxes. Install one (for example "
        "fonts-noto-cjk), run the set-up again, or print the letter as DOCX."
    )
    message_zh: ClassVar[str] = (
        "未找到中文字体, 生成的 PDF 会显示为方框。请安装中文字体(如 fonts-noto-cjk)、重新运行安装, 或改用 DOCX 打印。"
    )


def font_folders(extra: Path | None = None) -> list[str]:
    """Folders with font files: `extra` (the county's own), and the open fonts that the set-up installed."""
    folders = [str(extra)] if extra else []
    shipped = find_spec("mplfonts")
    locations = (shipped.submodule_search_locations or []) if shipped else []
    return folders + [str(Path(location) / "fonts") for location in locations]


def require_chinese(extra: Path | None = None) -> list[str]:
    """The font folders, after checking that among them and the system's fonts one has Chinese characters.

    Raises:
        FontsMissingError: none has.

    """
    folders = font_folders(extra)
    if _ALWAYS_EXIST_ON_PAPER.isdisjoint(families(folders)):
        raise FontsMissingError
    return folders


def families(folders: Sequence[str]) -> set[str]:
    """The names of the fonts in `folders` and of those that the system has."""
    # Loaded by the first letter that is drawn, not by every process.
    import typst  # noqa: PLC0415

    return set(typst.Fonts(font_paths=[Path(folder) for folder in folders]).families())
