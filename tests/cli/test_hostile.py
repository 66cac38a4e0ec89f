# SPDX-License-Identifier: BSD-3-Clause
"""Difficult environments of a command: names with blanks, UTF-8 and 4,000 bytes, pipes, full disks,
read-only folders, little memory, another fit with the same output; and malicious XML. Each command ends
with the correct file, or with one sentence and no file."""
import importlib.util
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, SOAPZ, check, done, run  # noqa: E402

SOURCE = os.path.join(MODELS, "hea4_nuR2_nuS1")
TURBO = os.path.join(MODELS, "turbo_co_files")
SETTINGS = ["energy_parameter_name=energy", "force_parameter_name=forces",
            "default_sigma={0.01 0.1 0.1 0.0}", "rnd_seed=1", "e0={Nb:-3.1:Mo:-4.6:Ta:-3.5:W:-4.5}",
            "gap={distance_2b cutoff=4.5 covariance_type=ard_se delta=0.5 theta_uniform=1.0 "
            "sparse_method=uniform n_sparse=2}"]
os.environ["SOAPZ_PYTHON"] = sys.executable
ASE = importlib.util.find_spec("ase") is not None
LABEL = ["-c", "nu=2;nu,mu=1,1", "--n-max", "3", "--l-max", "2"]


def verbs(model, data, out):
    """words of each verb that reads and writes files, with its output, and 1 where this may be a pipe"""
    return [(["eval", model, data, "-o", out], 1), (["eval", model, data, "--grade", "-o", out], 1),
            (["describe", model, data, "-t", "1", "-o", out], 0),
            (["validate", model, data, "--json", out], 1),
            (["select", model, data, data, "-o", out], 1),
            (["analyse", "correlation", data, *LABEL, "--json", out], 1)]


def models(model, data, out):
    """words of each verb that writes a model, with the name of its output without the ending"""
    return [["convert", model, out + ".soapz"], ["convert", model, out + ".xml"], fit(data, out + ".soapz"),
            fit(data, out + ".xml"), ["calibrate", model, "many.xyz", "-o", out + ".soapz"]]


def import_data(data, out):
    """soapz data, which is Python: nothing if ASE is missing"""
    return [["data", data, "-o", out]] if ASE else []


def fit(data, out, *more):
    return ["fit", "--threads", "1", f"at_file={{{data}}}", f"gp_file={{{out}}}", *more, *SETTINGS]


def prepare():
    for name in os.listdir(SOURCE):
        shutil.copy(os.path.join(SOURCE, name), name)
    shutil.copy("reference.xyz", "cells.xyz")
    open("many.xyz", "w").write(4 * open("cells.xyz").read())  # calibrate needs 30 frames
    code, _, err = run("convert", "gp.xml", "gp.soapz")
    check(code == 0, err)


def content(path):
    with open(path, "rb") as f:
        return f.read()


def ends(what, r, code, *parts):
    """r: exit code, stdout, stderr; the last line contains parts"""
    said = f"{what}: {r[0]} {r[2][-300:]!r}"
    check(r[0] == code, said)
    last = r[2].strip().split("\n")[-1]
    for part in parts:
        check(part in last, f"{said} lacks {part!r}")


def limited(words, **limits):
    """runs with limits; the signal for a file that is too large does not end the process"""
    def limit():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        for name, value in limits.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    r = subprocess.run([SOAPZ, *words], capture_output=True, text=True, timeout=300, preexec_fn=limit,
                       env=dict(os.environ, OPENBLAS_NUM_THREADS="1"))
    return r.returncode, r.stdout, r.stderr


# ---- names -----------------------------------------------------------------------------------

def names():
    """the same result for every name; JSON results contain the names"""
    want = {}
    for k, (words, _) in enumerate(verbs("gp.soapz", "cells.xyz", "want.npz")):
        ends(words, run(*words), 0)
        want[k] = content("want.npz")
    deep = os.path.join(os.getcwd(), *["d" * 100] * 60)[:3900].rstrip("/")
    for folder in ("a b", "\u00fc \u03b1\u4e2d", "it's {x}", deep):
        os.makedirs(folder)
        model, data, out = (os.path.join(folder, n) for n in ("m \u00fc.soapz", "c \u00e9.xyz", "o \u00f8.npz"))
        shutil.copy("gp.soapz", model)
        shutil.copy("cells.xyz", data)
        for k, (words, _) in enumerate(verbs(model, data, out)):
            ends(words[0], run(*words), 0)
            check(words[0] in ("validate", "select", "analyse") or content(out) == want[k],
                  f"{words[0]} in {folder[:50]}")
        xml = os.path.join(folder, "x \u00fc.xml")
        ends("convert", run("convert", model, xml), 0)
        ends("convert", run("convert", xml, out + ".soapz"), 0)
        ends("info", run("info", xml), 0)
        if "{" not in folder:  # braces enclose a value in gap_fit's command line
            ends("fit", run(*fit(data, out + ".xml")), 0)
            ends("info", run("info", out + ".xml"), 0)
        shutil.copy("many.xyz", os.path.join(folder, "many.xyz"))
        ends("calibrate", run("calibrate", model, os.path.join(folder, "many.xyz"), "-o", out + "c.soapz"), 0)
        for words in import_data(data, out + ".xyz"):
            ends("data", run(*words), 0)
    for name in ("n" * 256, deep + "/" + "n" * 250):
        for words, _ in verbs("gp.soapz", "cells.xyz", name) + [(fit("cells.xyz", name), 0)]:
            ends(words[0], run(*words), 1, "File name too long")
    shutil.rmtree(os.path.join(os.getcwd(), "d" * 100))


# ---- pipes -----------------------------------------------------------------------------------

def feed(name, source):
    """a pipe with the contents of source"""
    def write():
        try:
            with open(name, "wb") as f:
                f.write(content(source))
        except BrokenPipeError:
            pass
    if os.path.exists(name):
        os.remove(name)
    os.mkfifo(name)
    threading.Thread(target=write, daemon=True).start()


def drain(name):
    """a pipe, and a thread that reads it into the list"""
    got = []

    def read():
        with open(name, "rb") as f:
            got.append(f.read())
    if os.path.exists(name):
        os.remove(name)
    os.mkfifo(name)
    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, got


def pipes():
    for words, may in verbs("gp.soapz", "cells.xyz", "file"):
        ends(words, run(*words), 0)
        thread, got = drain("pipe")
        r = run(*words[:-1], "pipe")
        if may:
            thread.join(30)
            check(got and got[0] == content("file"), f"{words} into a pipe: {r}")
        else:
            ends(words, r, 1, "arrays need a regular file")
            os.close(os.open("pipe", os.O_WRONLY | os.O_NONBLOCK)) if thread.is_alive() else None
        if may:
            plain = run(*words[:-1], "-")
            for name in ("/dev/stdout", "/dev/fd/1"):
                r = run(*words[:-1], name)
                check(r[1] == plain[1] == content("file").decode(), f"{words} to {name}: {r[1][-300:]}")
    for words in (["eval", "gp.soapz", "pipe", "-o", "out"], ["describe", "gp.soapz", "pipe", "-t", "1", "-o", "out"],
                  ["validate", "gp.soapz", "pipe", "--json", "out"], fit("pipe", "out.soapz")):
        feed("pipe", "cells.xyz")
        ends(words[0] + " from a pipe", run(*words), 0)
    for words in (["analyse", "correlation", "pipe", *LABEL], ["describe", "pipe", *LABEL[2:], "-c", "nu=2", "-o", "out"]):
        feed("pipe", "cells.xyz")
        ends(words[0] + " from a pipe", run(*words), 1, "pipe can be read only once")
    feed("pipe", "many.xyz")
    ends("calibrate from a pipe", run("calibrate", "gp.soapz", "pipe", "-o", "out.soapz"), 0)
    feed("pipe", "gp.xml")
    ends("a model from a pipe", run("info", "pipe"), 0)
    feed("pipe", "gp.soapz")
    ends("a .soapz from a pipe", run("info", "pipe"), 1, "a .soapz file is read from a regular file, not from a pipe")
    feed("pipe.soapz", "gp.soapz")
    ends("pipe.soapz", run("info", "pipe.soapz"), 1, "pipe.soapz: cannot be read: not a regular file")
    os.close(os.open("pipe.soapz", os.O_RDONLY | os.O_NONBLOCK))  # it was never opened
    for words in (fit("cells.xyz", "pipe"), fit("cells.xyz", "/dev/full"), fit("cells.xyz", "/dev/stdout"),
                  ["calibrate", "gp.soapz", "many.xyz", "-o", "pipe.soapz"]):
        ends(words[4], run(*words), 1, "it is not a regular file")
    for words in import_data("cells.xyz", "pipe"):
        thread, got = drain("pipe")
        ends("data into a pipe", run(*words), 0)
        thread.join(30)
        check(run(*words[:-1], "file")[0] == 0 and got == [content("file")], "data into a pipe: another text")
        check(run(*words[:-1], "-")[1] == content("file").decode(), "data to standard output: another text")
        ends("data from a pipe", run("data", "pipe", "-o", "file"), 1, "pipe is not a regular file")


# ---- disks -----------------------------------------------------------------------------------

def full():
    for words, _ in verbs("gp.soapz", "cells.xyz", "/dev/full"):
        ends(words, run(*words), 1, "cannot write /dev/full")
    for words in import_data("cells.xyz", "/dev/full"):
        ends("data", run(*words), 1, "cannot write /dev/full: No space left on device")
    for words in (["info", "gp.xml"], ["validate", "gp.xml", "cells.xyz"], ["compressions"], ["--help"], ["eval", "--help"],
                  ["eval", "gp.xml", "cells.xyz", "-o", "-"], ["analyse", "correlation", "cells.xyz", *LABEL],
                  ["calibrate", "gp.soapz", "many.xyz", "-o", "said.soapz"],
                  *import_data("cells.xyz", "-"), *import_data("cells.xyz", "said.xyz")):
        with open("/dev/full", "w") as out:
            r = subprocess.run([SOAPZ, *words], stdout=out, stderr=subprocess.PIPE, text=True)
        ends(words, (r.returncode, "", r.stderr), 1, "cannot write", "standard output")
    kinds = ([words for words, _ in verbs("gp.soapz", "cells.xyz", "full.npz")] +
             models("gp.soapz", "cells.xyz", "full") + import_data("cells.xyz", "full.xyz"))
    for words in kinds:  # no more can be written after this number of bytes
        for most in (0, 1000):
            ends(words[0], limited(words, FSIZE=most), 1, "cannot write", "nothing was changed")
            left = [n for n in os.listdir(".") if n.startswith("full")]
            check(not left, f"{words[0]} left {left} on a full disk")


def small_disk():
    """a file system of 16 kB"""
    mount = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs -o size=16k none disk && "$@"; code=$?; ls disk; exit $code', "sh"]
    os.makedirs("disk", exist_ok=True)
    if not shutil.which("unshare") or subprocess.run([*mount, "true"], capture_output=True).returncode:
        print("no right to mount a small file system: left out")
        return
    for words in ([words for words, _ in verbs("gp.soapz", "cells.xyz", "disk/out.npz")[:2]] +
                  [w for w in models("gp.soapz", "cells.xyz", "disk/out") if w[0] != "fit"] +
                  import_data("many.xyz", "disk/out.xyz")):
        r = subprocess.run([*mount, SOAPZ, *words], capture_output=True, text=True)
        ends(words[0], (r.returncode, "", r.stderr), 1, "No space left on device; nothing was changed")
        check(r.stdout.strip() == "", f"{words[0]} left {r.stdout} on a small disk")


def read_only():
    """as a user without permission to write there"""
    os.makedirs("locked", exist_ok=True)
    os.chmod("locked", 0o555)
    user = 65534 if os.getuid() == 0 else None
    imports = import_data("cells.xyz", "locked/out.xyz")
    try:
        subprocess.run([sys.executable, "-c", ""], user=user)
    except PermissionError:
        print("the other user may not run Python: soapz data was left out")
        imports = []
    for words in ([words for words, _ in verbs("gp.soapz", "cells.xyz", "locked/out.npz")] +
                  models("gp.soapz", "cells.xyz", "locked/out") + imports):
        try:
            r = subprocess.run([SOAPZ, *words], capture_output=True, text=True, user=user)
        except PermissionError:
            print("the other user may not run the command: left out")
            return
        ends(words[0], (r.returncode, "", r.stderr), 1, "cannot write", "Permission denied; nothing was changed")
    check(os.listdir("locked") == [], os.listdir("locked"))


# ---- memory ----------------------------------------------------------------------------------

def memory():
    """ulimit -v in steps: a result, or one sentence; never a signal or an incomplete result. If a second thread finds
    no memory in BLAS, OpenBLAS prints its own sentence and ends the process, whose temporary file stays."""
    kinds = verbs("gp.soapz", "cells.xyz", "mem.npz") + [
        (["convert", "gp.xml", "mem.soapz"], 0), (fit("cells.xyz", "mem.soapz"), 0),
        (["calibrate", "gp.soapz", "many.xyz", "-o", "mem.soapz"], 0)]
    for words, _ in kinds:
        codes = []
        for megabytes in (60, 70, 80, *range(84, 112, 2), 130, 1000):
            code, _, err = limited(words, AS=megabytes << 20)
            if code == 127 or "error while loading shared libraries" in err:
                continue  # the loader itself
            codes.append(code)
            said = f"{words[0]} with {megabytes} MB: {code} {err[-300:]!r}"
            check(code in (0, 1), said)
            check(code == 0 or re.search("[Mm]emory|thread", err.strip().split("\n")[-1]), said)
            left = [n for n in os.listdir(".") if n.startswith("mem.")]
            results = [n for n in left if not ("OpenBLAS error" in err and n.endswith(".part"))]
            check(code == 0 or set(results) <= {"mem.soapz.checkpoint"}, f"{said} left {left}")
            shutil.rmtree("mem.soapz.checkpoint", ignore_errors=True)
            for name in set(left) - {"mem.soapz.checkpoint"}:
                os.remove(name)
        check(codes and codes[-1] == 0, f"{words[0]}: {codes}")


# ---- two at once -------------------------------------------------------------------------------

def together():
    """the complete model of one of two fits, and no file of the other"""
    for end in (".soapz", ".xml"):
        wanted = []
        for seed in (1, 2):
            words = fit("cells.xyz", f"own{seed}{end}", "e0_offset=%d" % seed)
            ends("a fit alone", run(*words), 0)
            ends("eval", run("eval", f"own{seed}{end}", "cells.xyz", "-o", "own.xyz"), 0)
            wanted.append(content("own.xyz"))
        check(wanted[0] != wanted[1], "two fits that differ")
        for _ in range(4):
            name = "both" + end
            at_once = [subprocess.Popen([SOAPZ, *fit("cells.xyz", name, "e0_offset=%d" % seed)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                       for seed in (1, 2)]
            codes = [(p.wait(), p.stderr.read()) for p in at_once]
            check([c for c, _ in codes].count(0) >= 1 and all(c in (0, 1) for c, _ in codes), codes)
            r = run("eval", name, "cells.xyz", "-o", "both.xyz")
            ends("the model of two", r, 0)
            check(content("both.xyz") in wanted, f"{end}: a mixture")


# ---- XML ---------------------------------------------------------------------------------------

def xml():
    model = open("gp.xml").read()
    open("deep.xml", "w").write("<a>" * 1000000 + "</a>" * 1000000)
    open("bomb.xml", "w").write(
        '<!DOCTYPE x [<!ENTITY a0 "' + "z" * 1000 + '">' + "".join(
            f'<!ENTITY a{k} "' + f"&a{k - 1};" * 10 + '">' for k in range(1, 10)) + "]><x>&a9;</x>")
    open("quadratic.xml", "w").write('<!DOCTYPE x [<!ENTITY a "' + "1 " * 50000 + '">]><GAP_params><GAP_data>' +
                                     "&a;" * 50000 + "</GAP_data></GAP_params>")
    for name, entity in (("external", 'SYSTEM "secret.txt"'), ("absolute", 'SYSTEM "file:///etc/passwd"')):
        open(name + ".xml", "w").write(f"<!DOCTYPE x [<!ENTITY e {entity}>]>" + re.sub(
            r"<\?xml.*?\?>", "", model).replace("</descriptor>", "&e;</descriptor>", 1))
    open("secret.txt", "w").write("TELLTALE")
    open("dtd.xml", "w").write('<!DOCTYPE x SYSTEM "secret.txt">' + re.sub(r"<\?xml.*?\?>", "", model))
    for name, parts in (("deep", ["nested more than 64 deep"]), ("bomb", []), ("quadratic", [])):
        ends(name, limited(["info", name + ".xml"], AS=400 << 20, CPU=20), 1, *parts)
    plain = run("info", "gp.xml")[1]
    for name in ("external", "absolute", "dtd"):  # never opened
        code, out, err = run("info", name + ".xml")
        check("TELLTALE" not in out + err and "root:" not in out + err, f"{name}: {out} {err}")
        check(code == 1 or out.replace(name + ".xml", "gp.xml") == plain, f"{name}: {code} {out} {err}")
    file = re.search(r'sparseX_filename="([^"]*)"', model)[1]
    os.makedirs("inner", exist_ok=True)
    shutil.copy(file, "inner/points")
    shutil.copy(file, "..points")
    for path in ("../../etc/passwd", "/etc/passwd", os.path.abspath(file), "inner/../" + file, "..", "inner/.."):
        open("leads.xml", "w").write(model.replace(file, path, 1))
        ends(path, run("info", "leads.xml"), 1, "leads.xml:", "leads out of the folder of the model", "beside the XML")
    for path in ("inner/points", "..points", "./" + file):
        open("leads.xml", "w").write(model.replace(file, path, 1))
        ends(path, run("info", "leads.xml"), 0)


def maps():
    """a compress_file is read from the folder of the model, whatever its name"""
    os.makedirs("elsewhere/maps")
    for name in os.listdir(TURBO):
        shutil.copy(os.path.join(TURBO, name), "elsewhere")
    os.rename("elsewhere/map.dat", "map.dat")  # the target of names that point outside
    model = open("elsewhere/gp.xml").read()
    outside = os.path.abspath("map.dat")

    def info(name):
        open("elsewhere/gp.xml", "w").write(model.replace("compress_file=map.dat", "compress_file=" + name))
        return run("info", "elsewhere/gp.xml")
    for name in (outside, "../map.dat", "maps/../../map.dat"):
        ends(name, info(name), 1, f"compress_file={name}: cannot open elsewhere/map.dat", "leads out of the folder",
             "put it there")
    for name in ("..", "maps/..", "/"):
        ends(name, info(name), 1, f"compress_file={name}: ")
    shutil.copy("map.dat", "elsewhere/maps/map.dat")
    ends("a folder below", info("maps/map.dat"), 0)
    shutil.copy("map.dat", "elsewhere/map.dat")
    open("map.dat", "w").write("this is read by nobody")
    for name in ("map.dat", outside, "../map.dat"):
        ends(name, info(name), 0)
    ends("convert", run("convert", "elsewhere/gp.xml", "turbo.xml"), 0)
    ends("its own copy", run("info", "turbo.xml"), 0)


with tempfile.TemporaryDirectory() as folder:
    os.chmod(folder, 0o777)
    os.chdir(folder)
    prepare()
    for act in (names, pipes, full, small_disk, read_only, memory, together, xml, maps):
        act()
        print(act.__name__, flush=True)
    os.chdir("/")
done()
