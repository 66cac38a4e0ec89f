# SPDX-License-Identifier: BSD-3-Clause
"""The signals of a scheduler end each verb like Ctrl-C; a fit that is killed at any moment can be continued
to the same bytes; a closed pipe does not stop a fit."""
import importlib.util
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from long_fit import make_data, words  # noqa: E402
from soapz_cli import MODELS, SOAPZ, check, done, run  # noqa: E402

MODEL = os.path.join(MODELS, "hea4_nuR2_nuS2", "gp.xml")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1)


def start(*args, **more):
    # a background process may ignore SIGINT and SIGHUP, and its children, too
    def listen():
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
    more.setdefault("preexec_fn", listen)
    return subprocess.Popen([SOAPZ, *map(str, args)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **more)


def left():
    return sorted(n for n in os.listdir(".") if "checkpoint" in n or ".part" in n or
                  n.startswith(("out", "gp.", ".soapz-")))


def line_with(p, part):
    for line in p.stdout:
        if part in line:
            return
    check(False, f"no line with {part!r}: {p.communicate()}")


# ---- schedulers ----------------------------------------------------------------------------

def stopped_fits():
    """exit code 130, a checkpoint, and --resume gives the bytes of a fit that was not stopped"""
    fit = ["fit", *words("long.xyz", "gp.soapz"), "--threads", 1]
    code, _, err = run(*fit)
    check(code == 0, err)
    want = open("gp.soapz", "rb").read()
    os.remove("gp.soapz")
    for number in SIGNALS:
        for _ in range(20):  # until it arrives during the rows
            p = start(*fit)
            line_with(p, "unknowns")
            time.sleep(random.uniform(0.0, 0.1))
            p.send_signal(number)
            if number != signal.SIGINT:  # timeout and mpiexec send it twice
                time.sleep(0.001)
                p.send_signal(number)
            _, err = p.communicate(timeout=60)
            if p.returncode == 130 and os.path.exists("gp.soapz.checkpoint/rows.0"):
                break
            for name in left():
                check(os.path.isfile(name) or not os.listdir(name) or p.returncode == 130, f"{number}: {name}")
                subprocess.run(["rm", "-r", name])
        check(p.returncode == 130 and "--resume" in err and err.count("\n") == 1 and
              not os.path.exists("gp.soapz"), f"{number}: {p.returncode} {err!r}")
        code, out, err = run(*fit, "--resume")
        check(code == 0 and "frames" in out, err)
        check(open("gp.soapz", "rb").read() == want, f"{number}: another model")
        check(left() == ["gp.soapz"], left())
        os.remove("gp.soapz")


def cpu_limit():
    """SIGXCPU by the kernel, every second from the limit on"""
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (1, 60))
    big = [w.replace("n_max=4 l_max=3", "n_max=8 l_max=6") for w in words("long.xyz", "gp.soapz", 300)]
    p = start("fit", *big, "--threads", 1, preexec_fn=limit)
    _, err = p.communicate(timeout=100)
    check(p.returncode == 130 and "stopped" in err, f"{p.returncode} {err!r}")
    for name in left():
        subprocess.run(["rm", "-r", name])


def nohup():
    """signals that were ignored before remain ignored"""
    def ignore():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    p = start("fit", *words("long.xyz", "gp.soapz"), "--threads", 1, preexec_fn=ignore)
    line_with(p, "unknowns")
    p.send_signal(signal.SIGHUP)
    _, err = p.communicate(timeout=60)
    check(p.returncode == 0 and os.path.exists("gp.soapz"), f"{p.returncode} {err!r}")
    os.remove("gp.soapz")


def stopped_verbs():
    """one sentence, exit code 1, no file"""
    analyse = ["analyse", "imbalance", "big.xyz", "--environments", 4000, "--threads", 1]
    for args in (["eval", MODEL, "big.xyz", "-o", "out.xyz"],
                 ["describe", MODEL, "big.xyz", "-t", 1, "-o", "out.npz"],
                 ["validate", MODEL, "big.xyz", "--threads", 1, "--json", "out.json"],
                 ["validate", MODEL, "big.xyz", "--threads", 1],
                 ["calibrate", MODEL, "big.xyz", "--threads", 1, "-o", "out.soapz"],
                 ["select", MODEL, "big.xyz", "--threads", 1, "-o", "out.xyz"],
                 [*analyse, "--json", "out.json"]):
        for k, number in enumerate(SIGNALS):
            wait = 0.1 + 0.05 * k  # from reading to the end
            for _ in range(20):  # until it arrives during the work of the verb
                p = start(*args)
                time.sleep(wait)
                p.send_signal(number)
                _, err = p.communicate(timeout=60)
                if p.returncode not in (0, -number):
                    break
                wait *= 0.7 if p.returncode == 0 else 1.2  # too late; too early for the handler
                if p.returncode == 0 and args[-2] in ("-o", "--json"):
                    os.remove(args[-1])
            check(p.returncode == 1 and "interrupted" in err and err.count("\n") == 1,
                  f"{args[0]} {number}: {p.returncode} {err!r}")
            check(not left(), f"{args[0]} {number} left {left()}")


def stopped_python():
    """soapz data: a signal to the command alone is passed to Python, which removes its incomplete files"""
    if not importlib.util.find_spec("ase"):
        return
    for number in (signal.SIGTERM, signal.SIGUSR1):
        p = start("data", "big.xyz", "-o", "out.xyz")
        child = None
        while p.poll() is None and child is None:  # until it is in Python
            with open(f"/proc/{p.pid}/task/{p.pid}/children") as f:
                child = (f.read().split() or [None])[0]
        time.sleep(0.7)
        p.send_signal(number)
        _, err = p.communicate(timeout=60)
        check(p.returncode == 1 and err.count("\n") <= 1, f"data {number}: {p.returncode} {err!r}")
        check(not os.path.exists(f"/proc/{child}"), "Python goes on")
        check(not left(), f"data {number} left {left()}")


# ---- kill -9 -------------------------------------------------------------------------------

def few_elements(path, n_frames):
    """Frames with some of the elements: their rows go into separate triangles."""
    make_data(path, n_frames)
    sets, text, lines = (["Nb", "Mo"], ["W"], ["Ta", "W"]), [], open(path + ".in").read().split("\n")
    while lines[0]:
        n, f = int(lines[0]), len(text)
        atoms = [line.split() for line in lines[2:n + 2]]
        for k, atom in enumerate(atoms if f else []):
            atom[0] = sets[f % 3][k % len(sets[f % 3])]
        text.append("\n".join(lines[:2] + [" ".join(a) for a in atoms]) + "\n")
        lines = lines[n + 2:]
    open(path + ".in", "w").write("".join(text))
    code, _, err = run("eval", MODEL, path + ".in", "-o", path)
    check(code == 0, err)


def without_errors(path):
    """a model file without the errors, which are added later, and without its checksum"""
    data = open(path, "rb").read()
    n = 8 + int.from_bytes(data[:8], "little")
    head = json.loads(data[8:n])
    notes = head["__metadata__"]
    return {k: v for k, v in head.items() if k != "__metadata__"}, data[n:], {
        k: v for k, v in notes.items() if "errors" not in k and k != "md5"}


def killed():
    """killed at 20 random moments and continued each time: the same bytes"""
    few_elements("sets.xyz", 30)
    chance = random.Random(16)
    fit = ["fit", *words("sets.xyz", "gp.soapz", n_sparse=40), "--threads", 1, "--checkpoint", 0]
    begun = time.monotonic()
    code, _, err = run(*fit)
    whole = time.monotonic() - begun
    check(code == 0, err)
    want, numbers = open("gp.soapz", "rb").read(), without_errors("gp.soapz")
    os.remove("gp.soapz")
    n_killed = n_whole = n_run = 0
    while n_killed < 20 and n_run < 200:
        p = start(*fit, "--resume")
        try:
            p.wait(timeout=chance.uniform(0, whole))
        except subprocess.TimeoutExpired:
            p.kill()
        _, err = p.communicate()
        n_killed += p.returncode == -9
        n_run += 1
        check(p.returncode in (0, -9), f"{p.returncode} {err!r}")
        if os.path.exists("gp.soapz"):
            n_whole += 1
            check(without_errors("gp.soapz") == numbers, f"run {n_run}: another model")
            check(p.returncode == -9 or open("gp.soapz", "rb").read() == want, f"run {n_run}: other notes")
            os.remove("gp.soapz")
    code, _, err = run(*fit, "--resume")
    check(code == 0 and open("gp.soapz", "rb").read() == want, f"the last: {err}")
    check(n_killed == 20, f"{n_killed} were killed")
    check(left() == ["gp.soapz"], left())
    print(f"{n_killed} kills in {n_run} runs of {whole:.2f} s, {n_whole} came to the end")
    os.remove("gp.soapz")


# ---- broken pipes --------------------------------------------------------------------------

def broken_pipe():
    """soapz fit | head -1: the model is written, no other file, and the exit code reports lost output"""
    p = start("fit", *words("data.xyz", "gp.soapz", n_sparse=40), "--checkpoint", 0)
    p.stdout.readline()
    p.stdout.close()
    err = p.stderr.read()
    check(p.wait(60) == 1 and "standard output" in err and err.count("\n") == 1, f"{p.returncode} {err!r}")
    check(left() == ["gp.soapz"], left())
    os.remove("gp.soapz")
    for args in (["validate", MODEL, "big.xyz"], ["select", MODEL, "data.xyz", "-o", "out.xyz"]):
        p = start(*args)
        p.stdout.close()
        err = p.stderr.read()
        check(p.wait(60) == 1 and "standard output" in err, f"{args[0]}: {p.returncode} {err!r}")
        check(left() in ([], ["out.xyz"]), left())


random.seed(16)
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    make_data("data.xyz", 24)
    make_data("long.xyz", 60)
    open("big.xyz", "w").write(open("long.xyz").read() * 40)
    killed()
    stopped_fits()
    cpu_limit()
    nohup()
    broken_pipe()
    for name in left():
        os.remove(name)
    stopped_verbs()
    stopped_python()
    os.chdir("/")
done()
