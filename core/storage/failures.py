"""Sentences for everything that can go wrong with a file of ours: what happened, to which file, and the cure."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path

from core.errors import JournalError, JournalRefused


def damaged(path: Path, detail: str) -> JournalError:
    """The file is not readable as a journal; it stays where it is, byte for byte."""
    return JournalError(
        f"日志数据库 {path} 已损坏（{detail}），没有作任何改动。先把它复制到别处保存，再用备份替换；"
        "没有备份时把它移走，重新启动会建新的日志，委托与持仓以券商为准。"
    )


def foreign(path: Path) -> JournalError:
    """A healthy database of another program."""
    return JournalError(
        f"{path} 是别的程序的数据库，不是盯盘的日志，没有作任何改动。请在设置 DINGPAN_DATA_DIR 里另选一个数据目录。"
    )


def newer(path: Path, revision: str, known: str) -> JournalError:
    """Written by a later version of the program."""
    return JournalError(
        f"日志数据库 {path} 由更新版本的盯盘写成（结构 {revision}，本版本只认识到 {known}），没有作任何改动。"
        "请安装新版本，或在设置 DINGPAN_DATA_DIR 里另选一个数据目录。"
    )


def owned(path: Path) -> JournalError:
    """Another running program holds the journal."""
    return JournalError(
        f"日志数据库 {path} 正由另一个盯盘使用，没有打开。同一日志同时只能有一个盯盘："
        "请先退出另一个，或在设置 DINGPAN_DATA_DIR 里另选一个数据目录。"
    )


def is_folder(path: Path) -> JournalError:
    """A folder stands where the journal should be."""
    return JournalError(f"{path} 是一个文件夹，不能当日志数据库。请改名或移走它，或另选一个数据目录。")


def system(path: Path, error: OSError, act: str) -> JournalError:
    """An error of the file system while `act` (打开, 写入, …)."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return JournalError(
            f"日志 {path} 无法{act}：所在位置只读或没有写权限。请给当前用户写权限，或另选一个数据目录。"
            f"系统原文：{error.strerror}"
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC, errno.EFBIG):
        return JournalError(
            f"日志 {path} 无法{act}：磁盘已满。请清出空间，之后会自动恢复写入。系统原文：{error.strerror}"
        )
    return JournalError(
        f"日志 {path} 无法{act}：{error.strerror or error}。请检查磁盘和权限，或另选一个数据目录。"
    )


def database(path: Path, error: BaseException, act: str) -> JournalError:
    """An error of SQLite (or of its wrapper, by its text) while `act`."""
    cause: BaseException = getattr(error, "orig", None) or error
    text = str(cause)
    code = (getattr(cause, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(path, text)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return JournalError(
            f"日志数据库 {path} 无法{act}：被别的程序锁住。请关闭正在使用它的数据库工具、备份或杀毒软件后重试。数据库原文：{text}"
        )
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return JournalError(
            f"日志数据库 {path} 无法{act}：所在位置只读或没有写权限。请给当前用户写权限，或另选一个数据目录。数据库原文：{text}"
        )
    if code == sqlite3.SQLITE_FULL:
        return JournalError(
            f"日志数据库 {path} 无法{act}：磁盘已满。请清出空间，之后会自动恢复写入。数据库原文：{text}"
        )
    if code == sqlite3.SQLITE_IOERR:
        return JournalError(
            f"日志数据库 {path} 无法{act}：磁盘读写出错或已满。请检查磁盘和剩余空间。数据库原文：{text}"
        )
    if code == sqlite3.SQLITE_CONSTRAINT:
        return JournalRefused(
            f"日志数据库 {path} 没有{act}：同一编号已经写过，不写第二次。数据库原文：{text}"
        )
    return JournalError(f"日志数据库 {path} 无法{act}：{text}")
