"""All errors of DingPan on one page.

DingPanError
├── UserError              may be shown as it is; says what, why and what to do
│   ├── BadInput           a file, row or field is wrong (names them)
│   ├── JournalError       the database cannot be opened, read or written
│   │   └── JournalRefused it can, and says no: a live intent of this trigger, an id used twice
│   ├── BrokerError        the trading channel refused or did not answer
│   │   └── BrokerTimeout  no answer within the deadline
│   ├── HelperError        a job of the helper process broke, or its process ended
│   │   └── HelperTimeout  the job did not end within its deadline
│   └── SourceError        a public data source is unreachable, refuses, throttles or sends rubbish
└── ContractError          a programming error between rooms; never shown, always logged
"""

from __future__ import annotations


class DingPanError(Exception):
    """Root of the tree."""


class UserError(DingPanError):
    """May be shown to the user as it is."""


class BadInput(UserError):
    """Input that cannot be used. `where` names file and row, `field` the column or field, when there are any."""

    def __init__(self, message: str, *, where: str = "", field: str = "") -> None:
        super().__init__(message)
        self.where = where
        self.field = field

    def __str__(self) -> str:
        return "：".join(part for part in (self.where, self.field, super().__str__()) if part)


class JournalError(UserError):
    """The journal cannot be opened, read or written."""


class JournalRefused(JournalError):
    """The journal works and refuses this record: its trigger has a live intent, or its id was used before.

    Never a reason for the emergency file: the order must not be sent.
    """


class BrokerError(UserError):
    """The trading channel refused or is not there."""


class BrokerTimeout(BrokerError):
    """The trading channel did not answer within the deadline."""


class HelperError(UserError):
    """A job of the helper process broke, or its process ended under it."""


class HelperTimeout(HelperError):
    """A job of the helper process did not end within its deadline."""


class SourceError(UserError):
    """A public data source gave nothing usable. `source` is its badge, `fault` a word for the kind of failure."""

    def __init__(self, message: str, *, source: str = "", fault: str = "") -> None:
        super().__init__(message)
        self.source = source
        self.fault = fault


class ContractError(DingPanError):
    """A room broke its contract with another."""
