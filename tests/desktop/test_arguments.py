"""The command line: what is taken, and what is refused with exit code 2 and a sentence."""

from __future__ import annotations

import pytest

from desktop.arguments import parse


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--exit-after", "nan", "秒数应大于 0"),
        ("--exit-after", "inf", "秒数应大于 0"),
        ("--exit-after", "1e12", "不超过 2,000,000"),
        ("--exit-after", "0", "秒数应大于 0"),
        ("--exit-after", "soon", "秒数应大于 0"),
        ("--speed", "nan", "倍速应大于 0"),
        ("--speed", "fast", "倍速应大于 0"),
        ("--speed", "10001", "不超过 10000"),
        ("--seed", "-1", "种子应为 0 或更大的整数"),
        ("--seed", "1.5", "种子应为 0 或更大的整数"),
    ],
)
def test_a_figure_that_is_none_is_refused_in_words(
    option: str, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([f"{option}={text}"])
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_figures_are_taken() -> None:
    found = parse(["--exit-after", "0.5", "--speed", "20", "--seed", "0"])
    assert (found.exit_after, found.speed, found.seed) == (0.5, 20.0, 0)
