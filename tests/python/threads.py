# SPDX-License-Identifier: BSD-3-Clause
"""Threads and forked processes that share a Potential or a Descriptor get bitwise the results of one
thread."""
import multiprocessing
import os
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
import numpy as np  # noqa: E402
from soapz_cli import MODELS, check, done  # noqa: E402
from soapz import Descriptor, Potential, SoapzError  # noqa: E402
from soapz.library import one_blas_thread, library  # noqa: E402

THREADS, ROUNDS = 4, 15
POTENTIAL = Potential(os.path.join(MODELS, "hea4_nuR2_nuS1", "gp.xml"))
DESCRIPTOR = Descriptor("nu,mu=1,1", elements="Nb Mo Ta W", n_max=5, l_max=4)
Z = np.array([41, 42, 73, 74])


def structures():
    """of 2 to 40 atoms"""
    rng, found = np.random.RandomState(1), []
    for n in (2, 40, 5, 21, 3, 33):
        sites = np.argwhere(np.ones((4, 4, 4)))[rng.permutation(64)[:n]]
        found.append((Z[rng.randint(4, size=n)], 2.7 * sites + rng.uniform(-0.3, 0.3, (n, 3)),
                      10.8 * np.eye(3), True))
    return found


FRAMES = structures()


def numbers(k):
    """everything of one structure, as bytes"""
    p = POTENTIAL.predict(FRAMES[k])
    parts = [p.energies, p.forces, p.virial, p.virials, DESCRIPTOR(FRAMES[k])]
    v = POTENTIAL.variance(FRAMES[k])
    parts += [v.energies, np.array(v.energy)]
    return b"".join(np.ascontiguousarray(a).tobytes() for a in parts)


def threads(serial):
    wrong, calls = [], []

    def work(seed):
        rng = np.random.RandomState(seed)
        try:
            for k in rng.randint(len(FRAMES), size=ROUNDS):
                calls.append(k)
                if numbers(k) != serial[k]:
                    wrong.append(f"structure {k}")
        except Exception as e:
            wrong.append(repr(e))

    running = [threading.Thread(target=work, args=(s,)) for s in range(THREADS)]
    for t in running:
        t.start()
    for t in running:
        t.join()
    check(not wrong and len(calls) == THREADS * ROUNDS, f"{len(calls)} calls; wrong: {wrong}")
    check(1 <= len(POTENTIAL._model.pool) <= THREADS, "the predictors came back")


def processes(serial):
    if "fork" not in multiprocessing.get_all_start_methods():
        return
    with multiprocessing.get_context("fork").Pool(3) as pool:
        got = pool.map(numbers, list(range(len(FRAMES))) * 3)
    check(got == serial * 3, "forked processes")
    with multiprocessing.get_context("fork").Pool(2) as pool:  # objects that are sent to them
        got = pool.map(POTENTIAL.energies, FRAMES)
    check(all(np.array_equal(a, POTENTIAL.energies(f)) for a, f in zip(got, FRAMES)), "sent")


def blas_threads():
    """The number of BLAS threads of the process is one during a call, and is restored."""
    set_threads = library().sz_blas_set_threads
    host = set_threads(2)
    if host == 0:
        return  # a BLAS without this function
    check(set_threads(0) == 2, "set")
    POTENTIAL.predict(FRAMES[1])
    DESCRIPTOR(FRAMES[1])
    check(set_threads(0) == 2, f"after a call: {set_threads(0)}")
    with one_blas_thread, one_blas_thread:
        check(set_threads(0) == 1, "in a call")
        if hasattr(os, "fork"):
            child = os.fork()
            if child == 0:
                os._exit(set_threads(0) != 2 or one_blas_thread.users != 0)
            check(os.waitpid(child, 0)[1] == 0, "a child has the number of its host")
    check(set_threads(0) == 2, "after two")
    try:
        Potential(__file__)
    except SoapzError:
        check(set_threads(0) == 2, "after an error")
    set_threads(host)


blas_threads()
ALONE = [numbers(k) for k in range(len(FRAMES))]
check(len(set(ALONE)) == len(FRAMES), "structures differ")
threads(ALONE)
processes(ALONE)
done()
