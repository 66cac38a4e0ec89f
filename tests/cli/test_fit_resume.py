# SPDX-License-Identifier: BSD-3-Clause
"""soapz fit is killed, stopped, or has no disk space; the continued fit gives the same model."""
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from long_fit import check_same, frames_resumed, make_data, predictions, words  # noqa: E402
from soapz_cli import SOAPZ, check, done, run  # noqa: E402

FRAMES = 60
OFTEN = ["--threads", "1", "--checkpoint", "0"]


def start(*args, **more):
    return subprocess.Popen([SOAPZ, "fit", *args], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, **more)


def killed_when(what, ready, model, *args):
    """kill -9 after ready(); again if the fit was faster than the signal."""
    for _ in range(5):
        p = start(*args)
        while p.poll() is None and not ready():
            time.sleep(0.001)
        kill(p)
        if p.returncode == -9 and not os.path.exists(model):
            return
        check(p.returncode in (0, -9), f"{what}: {p.returncode}")
        os.remove(model)
    check(False, f"{what}: always too late")


def wait_for_line(p, part):
    for line in p.stdout:
        if part in line:
            return
    check(False, f"no line with {part!r}: {p.communicate()}")


def kill(p, number=signal.SIGKILL):
    p.send_signal(number)
    out, err = p.communicate(timeout=60)
    return p.returncode, out, err


def size(path):
    return os.path.getsize(path) if os.path.exists(path) else 0


def finish(name, model, want, *args, energy=1e-10, force=1e-10):
    """--resume runs to the end, gives the same model and leaves no other files."""
    code, out, err = run("fit", *args, "--resume")
    check(code == 0, f"{name}: {err}")
    check_same(name, predictions(model, data), want, energy, force)
    folder, start_ = os.path.split(model)
    left = [n for n in os.listdir(folder) if n.startswith(start_) and
            ("checkpoint" in n or "part" in n)]
    check(not left, f"{name} left {left}")
    os.remove(model)
    return frames_resumed(out), out


def killed_while_choosing(model, want):
    args = words(data, model) + OFTEN
    p = start(*args)
    wait_for_line(p, "e0 Mo")
    kill(p)
    check(p.returncode == -9 and not os.path.exists(model), "killed too late")
    check(not os.path.exists(model + ".checkpoint/rows.0"), "rows before sparse points")
    (resumed, _), out = finish("killed while choosing", model, want, *args)
    check(resumed == 0 and "from the beginning" in out, out)


def killed_in_rows(model, want):
    args, rows = words(data, model) + OFTEN, model + ".checkpoint/rows.0"
    killed_when("a checkpoint", lambda: os.path.exists(rows), model, *args)
    # neither ignored nor mixed
    code, _, err = run("fit", *args)
    check(code == 1 and "--resume" in err and err.count("\n") == 1, err)
    code, _, err = run("fit", *words(data, model, sigma=0.002), "--resume")
    check(code == 1 and "command line" in err and err.count("\n") == 1, err)
    code, _, err = run("fit", *args[:-4], "--threads", "2", "--resume")
    check(code == 1 and "--threads" in err and err.count("\n") == 1, err)
    text = open(data).read()
    open(data, "w").write(text.replace("energy=-", "energy=-1", 1))
    code, _, err = run("fit", *args, "--resume")
    check(code == 1 and "data" in err and err.count("\n") == 1, err)
    open(data, "w").write(text)
    # a second time, later
    stamp = os.stat(rows).st_mtime_ns
    killed_when("the next checkpoint", lambda: os.path.exists(rows) and
                os.stat(rows).st_mtime_ns != stamp, model, *args, "--resume")
    leftovers = [model + ".99999999-0.part", rows + ".99999999-3.part"]
    for path in leftovers:
        open(path, "w").write("half")
    # damaged
    whole = open(rows, "rb").read()
    for damaged in (whole[:-100], whole[:5000] + b"\x55" + whole[5001:]):
        open(rows, "wb").write(damaged)
        code, _, err = run("fit", *args, "--resume")
        check(code == 1 and "rows.0" in err and err.count("\n") == 1, err)
    open(rows, "wb").write(whole)
    for path in leftovers:
        open(path, "w").write("half")
    (resumed, of), _ = finish("killed twice in the rows", model, want, *args)
    check(2 <= resumed < of == FRAMES, f"{resumed} of {of} frames")


def killed_in_solve(model, want):
    args = words(data, model) + OFTEN
    for _ in range(5):  # until the signal arrives before the model is written
        p = start(*args)
        wait_for_line(p, "rows/s")
        kill(p)
        if not os.path.exists(model):
            break
        os.remove(model)
    else:
        check(False, "the solution was always faster than the signal")
    (resumed, of), _ = finish("killed in the solution", model, want, *args)
    check(resumed == of == FRAMES, f"{resumed} of {of}")


def stop_in_rows(args, model, number):
    """Sends the signal when some frames are done, on machines of any speed."""
    for delay in (0.05, 0.02, 0.2, 0.8, 3.0, 10.0):
        p = start(*args)
        wait_for_line(p, "unknowns")
        time.sleep(delay)
        code, out, err = kill(p, number)
        if code == 0:  # faster than the signal
            os.remove(model)
            continue
        check(code == 130 and "--resume" in err and err.count("\n") == 1, f"{code} {err}")
        if "after 0 of" not in err:
            return
        args = args + ["--resume"] * ("--resume" not in args)
    check(False, "no frame was ever done")


def stopped(model, want):
    args, rows = words(data, model) + ["--threads", "1", "--checkpoint", "1000"], \
        model + ".checkpoint"
    for number in (signal.SIGINT, signal.SIGTERM):
        stop_in_rows(args, model, number)
        check(not os.path.exists(model) and os.path.exists(rows + "/rows.0"), "no checkpoint")
        (resumed, of), _ = finish(f"stopped by {number}", model, want, *args)
        check(0 < resumed < of == FRAMES, f"{resumed} of {of}")
    p = start(*args)
    wait_for_line(p, "e0 Mo")
    code, out, err = kill(p, signal.SIGINT)
    check(code == 130 and "nothing was written" in err and err.count("\n") == 1, err)
    check(not os.path.exists(rows) and not os.path.exists(model), "something was written")


def two_threads(model, want):
    args, rows = words(data, model) + ["--checkpoint", "0"], model + ".checkpoint/rows."
    killed_when("two checkpoints", lambda: size(rows + "0") and size(rows + "1"), model, *args,
                "--threads", "2")
    # the order of the rows differs: rounding times the condition number
    (resumed, of), _ = finish("two threads", model, want, *args, energy=1e-8, force=1e-7)
    check(2 <= resumed < of, f"{resumed} of {of}")


def on_a_core(model, want):
    """Two descriptors on ZBL, as XML: a model that differs from the others."""
    model = model.replace(".soapz", ".xml")
    args = words(data, model) + OFTEN + ["core_ip_args=IP ZBL cutoff=2.4 cutoff_width=1.2"]
    args = [w.replace("gap={", "gap={distance_2b cutoff=4 covariance_type=ard_se delta=0.5 "
                      "theta_uniform=1.0 sparse_method=uniform n_sparse=6 : ") for w in args]
    code, _, err = run("fit", *args)
    check(code == 0, err)
    own = predictions(model, data)
    check(abs(own[0] - want[0]).max() > 1e-6, "the same model")
    for name in os.listdir(folder):
        if name.startswith(os.path.basename(model)):
            os.remove(os.path.join(folder, name))
    killed_when("a checkpoint", lambda: os.path.exists(model + ".checkpoint/rows.0"), model,
                *args)
    (resumed, of), _ = finish("two descriptors and ZBL", model, own, *args)
    check(1 <= resumed < of, f"{resumed} of {of}")


def small_disk(model, want):
    """A limit for the size of files, as on a full disk."""
    def limit(n):
        def set_it():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (n, n))
        return set_it

    args = words(data, model) + OFTEN
    # the sparse points fit: 80 x some 545 numbers of 4 elements; the factor does not
    p = start(*args, preexec_fn=limit(1_500_000))
    out, err = p.communicate(timeout=60)
    check(p.returncode == 0, f"{p.returncode} {err}")
    check(err.count("no checkpoint") == 1 and "rows.0" in err, err)
    check_same("no room for checkpoints", predictions(model, data), want, 1e-10, 1e-10)
    old = open(model, "rb").read()
    p = start(*args, preexec_fn=limit(100_000))
    out, err = p.communicate(timeout=60)
    check(p.returncode == 1 and model in err.splitlines()[-1] and
          "cannot write" in err.splitlines()[-1], f"{p.returncode} {err}")
    check(open(model, "rb").read() == old, "the old model was touched")
    check(sorted(n for n in os.listdir(folder) if n.startswith(os.path.basename(model)))
          == [os.path.basename(model)], os.listdir(folder))
    os.remove(model)


with tempfile.TemporaryDirectory() as folder:
    data, model = os.path.join(folder, "data.xyz"), os.path.join(folder, "gp.soapz")
    make_data(data, FRAMES)
    reference = os.path.join(folder, "reference.soapz")
    code, out, err = run("fit", *words(data, reference), "--threads", "1")
    check(code == 0, err)
    want = predictions(reference, data)
    for test in (killed_while_choosing, killed_in_rows, killed_in_solve, stopped, two_threads,
                 on_a_core, small_disk):
        test(model, want)
done()
