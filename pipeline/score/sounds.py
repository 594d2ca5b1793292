"""Chinese characters that a recogniser writes for one another, since they sound alike."""

from __future__ import annotations

# Frequent characters of service talk by their sound, tones left out; one that is not listed stands for itself.
_ALIKE = (
    "的地得底 在再载 做作坐座 他她它 是事式视试市室适似示 已以意易一义依医议 权全泉 记计季际寄既机积急及级即 "
    "录路陆露 因音引银印应 话画化划花 中种重终钟 指质制直值之至致知只纸志 保报宝抱饱 证正政整征争 "
    "险现线先限显县 费废非飞 服福付负复附富府 务无物误五午舞 号好豪 名明命鸣 信新心欣 息西系希习喜席细 "
    "合和何核河盒 同通统痛 时十石实食使始 请清情轻青请庆 问文闻稳温 需须许续虚序 要药摇 有友又由右优 "
    "为位委未味卫 期其起气器齐奇企 金今进近紧仅尽 退推腿 款宽 冷愣 静净经京竞境景 天添田 内那 "
    "本奔 公工功共供 司思四丝 您宁 客刻课科可克 户护互湖 方放房防 便变边遍编 提题体替 理里力利例立历 "
    "还环换 款欢 单但担 额俄 逾于与语余鱼玉育 利率旅律 帐账张章 卡咖 查茶差 询寻讯训 谢写些 谢携 "
    "身申深神 份分粉 核合 实时 风封丰 收手首受 到道倒导 号耗"
)


def _table() -> dict[int, str]:
    """Each listed character to the first of its first group."""
    table: dict[int, str] = {}
    for group in _ALIKE.split():
        for character in group:
            table.setdefault(ord(character), table.get(ord(group[0]), group[0]))
    return table


_TABLE = _table()


def as_heard(text: str) -> str:
    """The text with characters that sound alike made one; its length stays."""
    return text.translate(_TABLE)
