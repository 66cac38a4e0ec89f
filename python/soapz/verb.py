# SPDX-License-Identifier: BSD-3-Clause
"""Shared code of the verbs that are implemented in Python: usage errors and exit codes."""
from __future__ import annotations

import sys
from typing import Callable, TextIO

from .library import SoapzError


class UsageError(ValueError):
    """The command line is wrong."""


def say(text: str, file: TextIO) -> None:
    """The result that a verb prints at its end."""
    try:
        print(text, file=file, flush=True)
    except OSError as e:
        if file is sys.stdout:
            sys.stdout = None  # the rest in its buffer is not written again when Python ends
        raise OSError(f"cannot write to standard output: {e.strerror}") from e


def run_verb(name: str, work: Callable[[], int]) -> int:
    """work()'s exit code; 2 after a UsageError and 1 after any other error, with one sentence on stderr."""
    try:
        return work()
    except UsageError as e:
        print(f"soapz {name}: {e} (see soapz {name} --help)", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("soapz: interrupted: nothing was written", file=sys.stderr)
    except OSError as e:
        said = f"{e.filename}: {e.strerror}" if e.filename and e.strerror else e
        print(f"soapz: {said}", file=sys.stderr)
    except (ValueError, ImportError, SoapzError) as e:
        print(f"soapz: {' '.join(str(e).split())}", file=sys.stderr)
    return 1
