"""The import of xtquant and the objects made from it, in programs of their own where the first import counts."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from core.broker import vendor
from core.errors import BadInput, ContractError

ROOT = Path(__file__).resolve().parents[3]

SLOW_REQUESTS = """
import os, time
def get(*args, **kwargs):
    with open(os.environ["CALLS"], "a") as calls:
        calls.write("get\\n")
    time.sleep(float(os.environ["NETWORK_SECONDS"]))
    raise OSError("dead network")
"""
OLD_SETUPTOOLS = """
class _Distribution:
    version = "0"
def get_distribution(name):
    return _Distribution()
"""


@pytest.fixture
def dead_network(tmp_path: Path) -> dict[str, str]:
    """An environment in which the vendor's update check can start and then hangs for 10 s."""
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "requests.py").write_text(SLOW_REQUESTS, encoding="utf-8")
    (stubs / "pkg_resources.py").write_text(OLD_SETUPTOOLS, encoding="utf-8")
    return os.environ | {
        "PYTHONPATH": f"{stubs}{os.pathsep}{ROOT}",
        "CALLS": str(tmp_path / "calls"),
        "NETWORK_SECONDS": "10",
        "PYTHONIOENCODING": "utf-8",
    }


def run(code: str, env: dict[str, str] | None = None) -> str:
    program = textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=env or os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


LOAD = """
import sys, threading, types
sys.modules["xtquant.xtpythonclient"] = types.ModuleType("xtquant.xtpythonclient")
from core.broker import vendor
"""


def test_t00_the_import_through_our_door_asks_no_network(dead_network: dict[str, str]) -> None:
    printed = run(
        LOAD
        + textwrap.dedent("""
        found = []
        worker = threading.Thread(target=lambda: found.append(vendor.load()))
        worker.start(); worker.join()
        import requests, pkg_resources
        assert pkg_resources.get_distribution, "the guard is taken away again"
        print(found[0].import_seconds)
        """),
        dead_network,
    )
    assert float(printed) < 0.5, "and the vendor printed nothing else"
    assert not Path(dead_network["CALLS"]).exists()


def test_t00_without_the_door_the_network_is_asked(dead_network: dict[str, str]) -> None:
    dead_network["NETWORK_SECONDS"] = "0"
    run(LOAD + "import xtquant", dead_network)
    assert Path(dead_network["CALLS"]).read_text(encoding="utf-8") == "get\n"


def test_t00_what_was_imported_before_stays(dead_network: dict[str, str]) -> None:
    run(
        LOAD
        + textwrap.dedent("""
        from core.xtquant_package import import_xtquant
        import pkg_resources as before
        import_xtquant()
        import pkg_resources as after
        assert before is after
        """),
        dead_network,
    )


def test_the_update_check_costs_no_import_and_takes_none_away() -> None:
    printed = run("""
        import sys
        from core.xtquant_package import import_xtquant
        import_xtquant()
        print([name for name in ("requests", "urllib3", "pkg_resources") if name in sys.modules])
        import requests
        del sys.modules["xtquant"]
        import_xtquant()
        assert sys.modules["requests"] is requests
    """)
    assert printed.strip() == "[]"


def test_the_import_is_refused_on_the_main_thread() -> None:
    with pytest.raises(ContractError, match="worker thread"):
        vendor.load()


def test_importing_the_door_imports_no_vendor() -> None:
    printed = run("""
        import sys
        import core.broker.door
        heavy = ("xtquant", "pandas", "sqlalchemy", "pydantic", "akshare", "numpy")
        print([name for name in heavy if name in sys.modules])
    """)
    assert printed.strip() == "[]"


def test_missing_natives_are_said_in_words() -> None:
    printed = run("""
        import sys, threading
        from core.broker import vendor
        from core.errors import BrokerError
        sys.modules["xtquant.xtpythonclient"] = None
        def work():
            try:
                vendor.load()
            except BrokerError as error:
                print(error)
        worker = threading.Thread(target=work)
        worker.start(); worker.join()
    """)
    assert "xtquant" in printed
    assert "MiniQMT" in printed


@pytest.mark.parametrize("account_id", [88000001, None, b"88000001", 8.8e7])
def test_t20_an_account_id_that_is_no_text_is_refused(account_id: object) -> None:
    with pytest.raises(BadInput, match="资金账号") as caught:
        vendor.check_account_id(account_id)
    assert caught.value.field == "资金账号"


@pytest.mark.parametrize("account_id", ["", "  ", " 88000001", "88000001\n"])
def test_t20_an_account_id_of_spaces_is_refused(account_id: str) -> None:
    with pytest.raises(BadInput, match="空"):
        vendor.check_account_id(account_id)


def test_t20_the_vendor_would_have_given_a_sentence_as_the_account() -> None:
    printed = run(
        LOAD
        + textwrap.dedent("""
        from core.errors import BadInput
        def work():
            made = vendor.load()
            assert isinstance(made.account_class(88000001), str), "the trap itself"
            account = made.make_account("88000001")
            print(account.account_id, account.account_type)
            try:
                made.make_account(88000001)
            except BadInput as error:
                print("refused", error.field)
        worker = threading.Thread(target=work)
        worker.start(); worker.join()
        """)
    )
    assert printed.split() == ["88000001", "2", "refused", "资金账号"]
