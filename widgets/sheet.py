"""The one style sheet of the desk, a template filled from the tokens.

Widgets never carry a sheet of their own: they set dynamic properties (`role`, `kind`, `state`) that this
sheet knows. Tables are painted by their delegate and appear here only as frames.

`role` of a QLabel: caption secondary strong title figure hint price mono acc warn alarm rise fall.
`kind` of a QPushButton: primary buy sell danger onalarm chip needy caring flat segment small; of a field: small.
`state` of a field: care wrong. `panel` of a QWidget: win pan hdr fld frame.
"""

from __future__ import annotations

from dataclasses import fields
from string import Template

from widgets.tokens import Tokens, mix

_TEMPLATE = Template("""
QWidget { color: $t1; }
QMainWindow, QDialog { background: $win; }
QMainWindow::separator { background: $win; width: 4px; height: 4px; }
QSplitter::handle { background: $win; }
QToolTip { background: $hdr; color: $t1; border: 1px solid $edge; padding: 4px 6px; }
QFrame[frame="panel"] { background: $pan; border: 1px solid $line; }
QWidget[panel="win"] { background: $win; }
QWidget[panel="pan"] { background: $pan; }
QWidget[panel="hdr"] { background: $hdr; }
QWidget[panel="fld"] { background: $fld; }
QWidget[panel="frame"] { background: $pan; border: 1px solid $line; }

QLabel { background: transparent; }
QLabel[role="caption"] { color: $t2; font-size: ${px11_5}px; }
QLabel[role="secondary"] { color: $t2; font-size: ${px12}px; }
QLabel[role="hint"] { color: $t3; font-size: ${px12}px; }
QLabel[role="strong"] { font-weight: 700; }
QLabel[role="title"] { font-size: ${px17}px; font-weight: 700; }
QLabel[role="figure"] { font-size: ${px15}px; font-weight: 500; }
QLabel[role="price"] { font-size: ${px27}px; font-weight: 700; }
QLabel[role="mono"] { font-family: "JetBrains Mono", "Cascadia Mono", "Consolas", monospace; }
QLabel[role="acc"] { color: $acc; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="alarm"] { color: $alarm; }
QLabel[role="rise"] { color: $rise; }
QLabel[role="fall"] { color: $fall; }
QLabel[role="tag"] {
    color: $t2; font-size: ${px11_5}px; border: 1px solid $line; border-radius: 2px; padding: 0 5px;
}
QLabel[tone="rise"] { color: $rise; }
QLabel[tone="fall"] { color: $fall; }
QLabel[tone="warn"] { color: $warn; }
QLabel[tone="alarm"] { color: $alarm; }
QLabel:disabled { color: $t3; }

QMenuBar { background: $hdr; color: $t1; spacing: 0; min-height: 26px; }
QMenuBar::item { background: transparent; padding: 4px 14px; }
QMenuBar::item:selected, QMenuBar::item:pressed { background: $hov; }
QMenu { background: $pan; color: $t1; border: 1px solid $edge; padding: 4px 0; }
QMenu::item { padding: 5px 28px 5px 26px; background: transparent; }
QMenu::item:selected { background: $sel; }
QMenu::item:disabled { color: $t3; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QMenu::icon { padding-left: 8px; }
QToolBar { background: $hdr; border: none; spacing: 6px; }
QStatusBar { background: $hdr; color: $t2; }

QPushButton, QToolButton {
    background: $hdr; color: $t1; border: 1px solid $edge; border-radius: 2px;
    min-height: 24px; padding: 0 12px;
}
QToolButton { padding: 0 6px; min-height: 20px; }
QPushButton:hover, QToolButton:hover { background: $hov; }
QPushButton:pressed, QToolButton:pressed { background: $fld; }
QPushButton:focus, QToolButton:focus { border: 2px solid $acc; padding: 0 11px; min-height: 22px; }
QToolButton:focus { padding: 0 5px; min-height: 18px; }
QPushButton:disabled, QToolButton:disabled { background: $hdr; color: $t3; border: 1px solid $line; }
QPushButton[kind="small"] { min-height: 20px; padding: 0 9px; font-size: ${px12}px; }
QPushButton[kind="small"]:focus { min-height: 18px; padding: 0 8px; }
QPushButton[kind="primary"] { background: $accfill; color: $onfill; border: 1px solid $accfill; }
QPushButton[kind="primary"]:hover { background: $accfill_hov; }
QPushButton[kind="primary"]:pressed { background: $accfill_press; }
QPushButton[kind="buy"] {
    background: $buyfill; color: $onfill; border: 1px solid $buyfill; font-weight: 700;
}
QPushButton[kind="buy"]:hover { background: $buyfill_hov; }
QPushButton[kind="buy"]:pressed { background: $buyfill_press; }
QPushButton[kind="sell"] {
    background: $sellfill; color: $onfill; border: 1px solid $sellfill; font-weight: 700;
}
QPushButton[kind="sell"]:hover { background: $sellfill_hov; }
QPushButton[kind="sell"]:pressed { background: $sellfill_press; }
QPushButton[kind="primary"]:focus, QPushButton[kind="buy"]:focus, QPushButton[kind="sell"]:focus {
    border: 2px solid $acc;
}
QPushButton[kind="primary"]:disabled, QPushButton[kind="buy"]:disabled, QPushButton[kind="sell"]:disabled {
    background: $hdr; color: $t3; border: 1px solid $line;
}
QPushButton[kind="danger"] { background: $hdr; color: $alarm; border: 1px solid $alarm; }
QPushButton[kind="danger"]:hover { background: $alarmbg; }
QPushButton[kind="danger"]:focus { border: 2px solid $acc; }
QPushButton[kind="danger"]:disabled { color: $t3; border: 1px solid $line; }
QPushButton[kind="onalarm"] {
    background: transparent; color: $onfill; border: 1px solid $onfill; font-weight: 700; min-height: 22px;
}
QPushButton[kind="onalarm"]:hover { background: $alarmfill_hov; }
QPushButton[kind="onalarm"]:focus { border: 2px solid $onfill; }
QPushButton[kind="flat"] { background: transparent; border: 1px solid transparent; padding: 0 6px; }
QPushButton[kind="flat"]:hover { background: $hov; }
QPushButton[kind="flat"]:focus { border: 2px solid $acc; padding: 0 5px; }
QPushButton[kind="chip"], QPushButton[kind="needy"], QPushButton[kind="caring"] {
    background: $hdr; color: $t1; border: 1px solid $line; min-height: 18px; padding: 0 7px;
    font-size: ${px12}px;
}
QPushButton[kind="chip"]:hover, QPushButton[kind="needy"]:hover, QPushButton[kind="caring"]:hover {
    background: $hov;
}
QPushButton[kind="chip"]:checked { background: $accbg; color: $acc_on_bg; border: 1px solid $acc; }
QPushButton[kind="needy"] { color: $alarm; border: 1px solid $alarm; }
QPushButton[kind="needy"]:checked { background: $alarmbg; color: $alarm; border: 1px solid $alarm; }
QPushButton[kind="caring"] { color: $warn; border: 1px solid $warn; }
QPushButton[kind="caring"]:checked { background: $warnbg; color: $warn; border: 1px solid $warn; }
QPushButton[kind="chip"]:focus, QPushButton[kind="needy"]:focus, QPushButton[kind="caring"]:focus {
    border: 2px solid $acc; min-height: 16px; padding: 0 6px;
}
QPushButton[kind="segment"] { background: $hdr; border: 1px solid $line; border-radius: 0; min-height: 22px; }
QPushButton[kind="segment"]:checked { background: $accbg; color: $t1; border: 1px solid $acc; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateEdit, QTimeEdit {
    background: $fld; color: $t1; border: 1px solid $edge; border-radius: 2px;
    selection-background-color: $accfill; selection-color: $onfill;
}
QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QDateEdit, QTimeEdit { min-height: 24px; padding: 0 6px; }
QLineEdit:hover, QSpinBox:hover, QDoubleSpinBox:hover, QComboBox:hover { border: 1px solid $t2; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus, QDateEdit:focus, QTimeEdit:focus {
    border: 2px solid $acc; min-height: 22px; padding: 0 5px;
}
QPlainTextEdit:focus, QTextEdit:focus { border: 2px solid $acc; }
QLineEdit:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled, QComboBox:disabled {
    background: $hdr; color: $t3; border: 1px solid $line;
}
QLineEdit:read-only { border: 1px dashed $edge; }
QLineEdit[kind="small"], QComboBox[kind="small"] {
    min-height: 20px; font-size: ${px12}px;
}
QLineEdit[kind="small"]:focus, QComboBox[kind="small"]:focus { min-height: 18px; }
*[state="care"] { border: 2px solid $warn; }
*[state="wrong"] { border: 2px solid $alarm; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox QAbstractItemView { background: $pan; border: 1px solid $edge; selection-background-color: $sel; }

QTabBar { background: $hdr; }
QTabBar::tab {
    background: $hdr; color: $t2; border: none;
    border-right: 1px solid $line; border-top: 2px solid transparent; padding: 0 12px; min-height: 27px;
}
QTabBar::tab:hover { background: $hov; }
QTabBar::tab:selected { background: $pan; color: $t1; border-top: 2px solid $acc; }
QTabBar:focus::tab:selected { border: 2px solid $acc; }
QTabWidget::pane { border: none; border-top: 1px solid $line; background: $pan; }
QDockWidget { color: $t1; titlebar-close-icon: none; }
QDockWidget::title { background: $hdr; padding: 6px 8px; border-bottom: 1px solid $line; }

QAbstractScrollArea { border: none; }
QTableView { background: $pan; border: none; }
QTableView QTableCornerButton::section { background: $hdr; border: none; }
QHeaderView { background: $hdr; border: none; }
QAbstractScrollArea::corner { background: $pan; border: none; }
QScrollBar:vertical { background: $pan; width: 10px; margin: 0; }
QScrollBar:horizontal { background: $pan; height: 10px; margin: 0; }
QScrollBar::handle { background: $edge; border-radius: 2px; }
QScrollBar::handle:vertical { min-height: 28px; margin: 0 2px; }
QScrollBar::handle:horizontal { min-width: 28px; margin: 2px 0; }
QScrollBar::handle:hover { background: $t2; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QGroupBox { border: 1px solid $line; border-radius: 2px; margin-top: 12px; padding-top: 10px; }
QGroupBox::title { subcontrol-origin: margin; left: 8px; color: $t2; }
QCheckBox, QRadioButton { background: transparent; spacing: 7px; }
QCheckBox:disabled, QRadioButton:disabled { color: $t3; }
QProgressBar { background: $fld; border: none; height: 4px; text-align: center; }
QProgressBar::chunk { background: $acc; }
""")


def sheet(tokens: Tokens, font_factor: float = 1.0) -> str:
    """The filled sheet. Sizes named `pxN` follow the user's font factor and never fall below 11."""
    values = {f.name: getattr(tokens, f.name) for f in fields(tokens)}
    for name in ("accfill", "buyfill", "sellfill", "alarmfill"):
        values[f"{name}_hov"] = mix(tokens.onfill, values[name], 0.10)
        values[f"{name}_press"] = mix(tokens.ontlive, values[name], 0.22)
    values["acc_on_bg"] = mix(tokens.acc, tokens.t1, 0.72)
    for size in (11.5, 12, 15, 17, 27):
        values["px" + f"{size:g}".replace(".", "_")] = str(max(11, round(size * font_factor)))
    return _TEMPLATE.substitute(values)
