# SPDX-License-Identifier: BSD-3-Clause
"""soapz-fit-mpi: any number of ranks gives the model of soapz fit; an error on one rank ends all ranks
with one sentence; a killed or stopped fit can be continued. SOAPZ_FIT_MPI and
MPIEXEC name the programs."""
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from long_fit import check_same, frames_resumed, make_data, predictions, words  # noqa: E402
from soapz_cli import check, done, run  # noqa: E402

PROGRAM = os.environ["SOAPZ_FIT_MPI"]
MPIEXEC = shlex.split(os.environ.get("MPIEXEC") or os.environ["SOAPZ_MPIEXEC"])
FRAMES = 60
# each rank writes its process id to a file for the test
TELL_PID = ["sh", "-c", 'echo $$ > "$0/pid.$$"; exec "$@"']


def start(ranks, *args):
    for name in os.listdir(folder):
        if name.startswith("pid."):
            os.remove(os.path.join(folder, name))
    return subprocess.Popen([*MPIEXEC, "-n", str(ranks), *TELL_PID, folder, PROGRAM, *args],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            stdin=subprocess.DEVNULL)


def finish(ranks, *args):
    p = start(ranks, *args)
    out, err = p.communicate(timeout=120)
    return p.returncode, out, err


def pids():
    return [int(name[4:]) for name in os.listdir(folder) if name.startswith("pid.")]


def said(err):
    """The output of soapz; mpiexec may add lines."""
    return [line for line in err.splitlines() if line.startswith("soapz")]


def same_for_all(want):
    for ranks in (1, 2, 3, 4):
        code, out, err = finish(ranks, *words(data, model))
        check(code == 0, f"{ranks} ranks: {code} {err}")
        check_same(f"{ranks} ranks", predictions(model, data), want, 1e-10, 1e-8)
    code, out, err = finish(2, *words(data, model), "--threads", "2")
    check(code == 0 and "2 ranks, 2 threads each" in out, f"{code} {out} {err}")
    check_same("2 ranks of 2 threads", predictions(model, data), want, 1e-10, 1e-8)
    code, out, err = finish(2, *words(data, model), "solver=normal")
    check(code == 0, err)
    check_same("2 ranks, normal equations", predictions(model, data), want, 1e-7, 1e-5)


def same_maps():
    """trained by one rank for all"""
    args = [w.replace("zeta=2", "zeta=2 Z_mix=T K=2 compression_train=3") for w in
            words(data, model, 20)]
    got = []
    for ranks in (1, 3):
        code, out, err = finish(ranks, *args)
        check(code == 0, f"{ranks} ranks: {code} {err}")
        got.append(predictions(model, data))
    check_same("maps", got[1], got[0], 1e-10, 1e-8)


def fails(name, parts, ranks, *args):
    if os.path.exists(model):
        os.remove(model)
    code, out, err = finish(ranks, *args)
    lines = said(err)
    check(code != 0 and len(lines) == 1 and all(p in lines[0] for p in parts),
          f"{name}: {code} {err!r}")
    check(not [n for n in os.listdir(folder) if n.startswith("gp.soapz")],
          f"{name}: left {os.listdir(folder)}")


def errors():
    args = words(data, model)
    fails("an unknown key", ["at_fil"], 3, *args, "at_fil=x")
    fails("no option", ["--rezume"], 3, *args, "--rezume")
    fails("folds", ["--kfold works in one process"], 2, *args, "--kfold", "3")
    fails("a scan", ["--scan works in one process"], 2, *args, "--scan", "zeta=2,3")
    fails("no data", ["nowhere.xyz"], 3, *words("nowhere.xyz", model))
    fails("no folder", ["cannot write"], 2, *words(data, "/nowhere/gp.xml"))
    # a frame that only its own rank reads: sparse points by number are from the first
    lines, at, index = open(data).read().split("\n"), 0, os.path.join(folder, "index")
    for _ in range(31):
        at += int(lines[at]) + 2
    n = int(lines[at])
    lines[at + 3] = lines[at + 2]
    bad = os.path.join(folder, "bad.xyz")
    open(bad, "w").write("\n".join(lines))
    open(index, "w").write("1\n2\n3\n")
    args = [w.replace("cur_points n_sparse=80",
                      f"index_file sparse_file={index}") for w in words(bad, model)]
    fails("one frame of one rank", [f"bad.xyz:{at + 1}"], 3, *args)
    check(n > 2, "the frame has atoms")
    # one rank cannot write the model that it receives
    p = subprocess.run([*MPIEXEC, "-n", "1", PROGRAM, *words(data, model), ":", "-n", "1", "env",
                        "TMPDIR=/nowhere", PROGRAM, *words(data, model)],
                       capture_output=True, text=True, timeout=120)
    check(p.returncode != 0 and len(said(p.stderr)) == 1 and "TMPDIR" in p.stderr,
          f"{p.returncode} {p.stderr}")


def wait_for(p, path):
    end = time.time() + 60
    while time.time() < end and p.poll() is None and not os.path.exists(path):
        time.sleep(0.001)
    check(os.path.exists(path) and p.poll() is None, f"no {path}: {p.poll()}")


def killed(want):
    args = words(data, model) + ["--checkpoint", "0"]
    p = start(3, *args)
    for rank in range(3):
        wait_for(p, model + f".checkpoint/rows.{rank}")
    for pid in pids():
        os.kill(pid, signal.SIGKILL)
    p.communicate(timeout=60)
    check(p.returncode != 0 and not os.path.exists(model), "killed too late")
    code, out, err = finish(2, *args, "--resume")
    check(code == 1 and len(said(err)) == 1 and "3 processes" in err, err)
    code, out, err = run("fit", *args, "--resume")
    check(code == 1 and "3 processes" in err, err)
    code, out, err = finish(3, *args, "--resume")
    check(code == 0, err)
    resumed, of = frames_resumed(out)
    check(3 <= resumed < of == FRAMES, out)
    check_same("killed, 3 ranks", predictions(model, data), want, 1e-10, 1e-8)
    check(not os.path.exists(model + ".checkpoint"), "the checkpoint is left")
    os.remove(model)


def stopped(want, number):
    args = words(data, model) + ["--checkpoint", "0"]
    for _ in range(5):  # again if the fit was faster than the signal
        p = start(3, *args)
        wait_for(p, model + ".checkpoint/rows.1")
        os.kill(max(pids()), number)  # to one rank: the others stop, too
        out, err = p.communicate(timeout=60)
        if p.returncode != 0:
            break
        os.remove(model)
    check(p.returncode == 130 and len(said(err)) == 1 and "--resume" in err,
          f"{p.returncode} {err}")
    check(not os.path.exists(model), "stopped too late")
    code, out, err = finish(3, *args, "--resume")
    check(code == 0 and 1 <= frames_resumed(out)[0] < FRAMES, f"{code} {out} {err}")
    check_same(f"stopped by {number}, 3 ranks", predictions(model, data), want, 1e-10, 1e-8)
    os.remove(model)


with tempfile.TemporaryDirectory() as folder:
    data, model = os.path.join(folder, "data.xyz"), os.path.join(folder, "gp.soapz")
    make_data(data, FRAMES)
    code, _, err = run("fit", *words(data, model), "--threads", "1")
    check(code == 0, err)
    want = predictions(model, data)
    same_for_all(want)
    same_maps()
    errors()
    killed(want)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
        stopped(want, number)
done()
