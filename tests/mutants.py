# SPDX-License-Identifier: BSD-3-Clause
"""tests/mutants.py - which errors in core/ do the unit tests detect?

A mutant is core/ with one change: another sign, a missing term or statement, a bound of a loop shifted
by one, a reversed comparison, a changed constant. The places are chosen at random, from a seed, in the
numerical folders. Each mutant is built in a copy of the tree (-O1, only the files that depend on it).
The unit tests run in the order of their probability of failure, until one fails, crashes or takes too
long: first some of them for every mutant, then all of them for the mutants that are left.

    .venv/bin/python tests/mutants.py --folder /tmp/mutants [--minutes 30]

The same command continues an earlier run. mutants.json in the folder has the list and the results.
--summary prints it, --again tests undetected mutants again (after a new test), --draw prints the places.

Mutants are not counted if they do not compile, if they compile to the same bytes (code for another
CPU, numbers without effect), or if EQUIVALENT below explains them. Messages, allocated sizes, block
sizes (enum) and tolerances (1e-9) are not changed: no result depends on them, or only the address
sanitizer can detect the change."""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QUOTA = {"descriptor": 14, "term": 14, "linear": 8, "fit": 8, "model": 6, "data": 5, "atoms": 5}
KINDS = ["sign", "drop", "bound", "compare", "constant"]
MOST_A_FILE = 2  # more places of a folder only where it has too few files
FIRST = 4.0  # seconds of CPU for the tests of a mutant in the first pass
SLOW = 20.0  # seconds of CPU: longer tests are not used

# (file, the line after the change): why no test can detect it
EQUIVALENT = {
    ("core/term/table.c", "if (!(off < worst)) worst = off;"): "the largest of equal numbers",
    ("core/atoms/list.c", "size_t longest = 2;"): "room for one neighbour more",
}


# ---- the places ----------------------------------------------------------------------

def blank(text):
    """text, with comments, strings and preprocessor lines replaced by blanks of the same length"""
    pattern = (r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
               r'|^[ \t]*#(?:\\\n|[^\n])*')
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S | re.M)


# statements without effect on results: their beginnings
UNSEEN = re.compile(r"\b(?:return sz_fail\w*|sz_fail\w*|sz_warn\w*|sz_print\w*|snprintf"
                    r"|_Static_assert|__builtin_prefetch|\w+ = \w*alloc\w*|(?:typedef )?enum)\b[^;]*;")


def unseen(code):
    return UNSEEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), code)


OPERAND = r"(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|(?!sizeof)[a-z]\w*(?:(?:->|\.)[a-z]\w*)*)(?![\w.(\[]|->)"
SWAP = {"<": ["<=", ">"], "<=": ["<", ">="], ">": [">=", "<"], ">=": [">", "<="], "==": ["!="],
        "!=": ["=="], "&&": ["||"], "||": ["&&"]}


def changed_constant(text):
    if re.fullmatch(r"\d+", text):
        return str(int(text) + 1)
    value = float(text)
    return repr(1.0 if value == 0.0 else 1.02 * value)


def is_array_size(code, begin, end):
    """of an array that is declared"""
    line = code[code.rfind("\n", 0, begin) + 1:begin]
    return code[begin - 1] == "[" and code[end] == "]" and "=" not in line.split(", ")[-1] and \
        re.match(r" *(?:static |const |unsigned |long )*(?:double|float|int|char|size_t|sz_\w+) ",
                 line)


def changes(code):
    """all possible changes in the (blanked) code: kind, begin, end, new text"""
    loops = [(m.start(1), m.end(1)) for m in re.finditer(r"\bfor \(([^{;]*;[^;]*;)", code)]

    def in_loop(at):
        return any(begin <= at < end for begin, end in loops)

    for m in re.finditer(r" ([+-])(=?) (?=[\w(*-])", code):
        if not in_loop(m.start()):
            flipped = {"+": "-", "-": "+"}[m.group(1)]
            yield "sign", m.start(1), m.end(1), flipped
    for m in re.finditer(r"(?<=[=(,] )-(?=[a-z(])|(?<=return )-(?=[a-z(])", code):
        yield "sign", m.start(), m.end(), ""
    for m in re.finditer(r" [+*/-] " + OPERAND, code):
        if not in_loop(m.start()):
            yield "drop", m.start(), m.end(), ""
    # a statement that is a line: not a declaration, whose name follows a type
    for m in re.finditer(r"(?:^ +|(?<=[)] ))[\w\[\].>*+-]+ [+*/-]?= [^;{}\n]*;$", code, flags=re.M):
        if not in_loop(m.start()):
            indent = m.group()[:len(m.group()) - len(m.group().lstrip())]
            yield "drop", m.start(), m.end(), indent + ";"
    for begin, end in loops:
        for m in re.finditer(r"(<=?) (\w[\w>.\[\]-]*)(?=;)", code[begin:end]):
            yield "bound", begin + m.start(), begin + m.end(), f"{m.group(1)} {m.group(2)} - 1"
        for m in re.finditer(r" = 0(?=[;,])", code[begin:end]):
            yield "bound", begin + m.start(), begin + m.end(), " = 1"
    for m in re.finditer(r"(?<= )(<=|>=|==|!=|&&|\|\||<|>)(?= )", code):
        if not in_loop(m.start()):
            for new in SWAP[m.group()]:
                yield "compare", m.start(), m.end(), new
    for m in re.finditer(r"(?<![\w.\]])(?:\d+\.\d+(?:e\d+)?|\d+)(?![\w.])", code):
        if not in_loop(m.start()) and not is_array_size(code, m.start(), m.end()):
            yield "constant", m.start(), m.end(), changed_constant(m.group())


def places(folder):
    """the possible changes in a folder as mutants, by kind"""
    found = {kind: [] for kind in KINDS}
    base = os.path.join(ROOT, "core", folder)
    for name in sorted(os.listdir(base)):
        if not name.endswith(".c"):
            continue
        with open(os.path.join(base, name)) as file:
            text = file.read()
        lines = text.split("\n")
        for kind, begin, end, new in changes(unseen(blank(text))):
            number = text.count("\n", 0, begin)
            start = text.rfind("\n", 0, begin) + 1
            if end > start + len(lines[number]):
                continue
            line = lines[number]
            found[kind].append({
                "file": f"core/{folder}/{name}", "line": number + 1, "kind": kind, "old": line,
                "new": line[:begin - start] + new + line[end - start:]})
    return found


def draw(seed):
    """folder -> its mutants in the order of their tests; more than needed"""
    def lot(mutant):  # depends on its text only: other changes in core/ do not change the choice
        text = f'{seed} {mutant["file"]} {mutant["old"]} {mutant["new"]}'
        return hashlib.md5(text.encode()).hexdigest()

    drawn = {}
    for number, (folder, quota) in enumerate(QUOTA.items()):
        found, order, used, lines = places(folder), [], {}, set()
        for kind in KINDS:
            found[kind].sort(key=lot)
        for k in range(4 * quota):
            kind = KINDS[(k + number) % len(KINDS)]
            for mutant in found[kind]:
                where = (mutant["file"], mutant["line"])
                most = MOST_A_FILE * (1 + k // quota)
                if where not in lines and used.get(mutant["file"], 0) < most:
                    lines.add(where)
                    used[mutant["file"]] = used.get(mutant["file"], 0) + 1
                    order.append(mutant)
                    break
        drawn[folder] = order
    return drawn


# ---- the copy ------------------------------------------------------------------------

class Copy:
    """The tree in tree/, built in build/; one mutant at a time."""

    def __init__(self, folder, jobs):
        self.tree = os.path.join(folder, "tree")
        self.build = os.path.realpath(os.path.join(folder, "build"))
        self.jobs = jobs
        os.makedirs(folder, exist_ok=True)
        self.new = self.follow()
        if not os.path.exists(os.path.join(self.build, "build.ninja")):
            subprocess.run(["cmake", "-S", self.tree, "-B", self.build, "-G", "Ninja",
                            f"-DPython3_EXECUTABLE={sys.executable}", "-DSOAPZ_PLUGIN=OFF",
                            "-DSOAPZ_MPI=OFF", "-DCMAKE_C_FLAGS_RELEASE=-O1"],
                           check=True, stdout=subprocess.DEVNULL)

    def follow(self):
        """copies the current files of the tree; returns the changed ones; unchanged files keep their
        time"""
        new = []
        names = subprocess.run(["git", "-C", ROOT, "ls-files", "-co", "--exclude-standard", "-z"],
                               check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
        for name in filter(None, names):
            source, copy = os.path.join(ROOT, name), os.path.join(self.tree, name)
            if not os.path.isfile(source):
                continue
            if os.path.exists(copy):
                with open(source, "rb") as a, open(copy, "rb") as b:
                    if a.read() == b.read():
                        continue
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copyfile(source, copy)
            new.append(name)
        return new

    def make(self, targets):
        """builds; returns the messages of the compiler after an error, or None"""
        done = subprocess.run(["ninja", "-C", self.build, f"-j{self.jobs}", *targets], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.stdout[-2000:] if done.returncode else None

    def library(self):
        with open(os.path.join(self.build, "libsoapz.a"), "rb") as file:
            return hashlib.md5(file.read()).hexdigest()

    def tests(self):
        """name -> command, environment of the unit tests that are C programs; ctest gives no command for
        programs that are not built"""
        listed = subprocess.run(["ctest", "--show-only=json-v1"], cwd=self.build, check=True,
                                stdout=subprocess.PIPE, text=True).stdout
        found = {}
        for test in json.loads(listed)["tests"]:
            properties = {p["name"]: p["value"] for p in test["properties"]}
            command = test.get("command")
            if command and "unit" in properties.get("LABELS", []) and \
                    os.path.dirname(command[0]) == self.build:
                found[test["name"]] = (command, dict(
                    word.split("=", 1) for word in properties["ENVIRONMENT"]))
        return found

    def write(self, mutant, which):
        path = os.path.join(self.tree, mutant["file"])
        with open(path) as file:
            lines = file.read().split("\n")
        now, then = (mutant["old"], mutant["new"]) if which == "new" else \
            (mutant["new"], mutant["old"])
        at = mutant["line"] - 1
        if lines[at] != now:
            sys.exit(f'{mutant["file"]}:{mutant["line"]}: the line is not that of the list any '
                     "more: remove mutants.json to draw the places anew")
        lines[at] = then
        with open(path, "w") as file:
            file.write("\n".join(lines))


def run_test(copy, test, limit, stop=()):
    """Seconds of CPU, and the error or None. The limit is for CPU time, so that other programs on the machine
    do not matter; a test that waits forever ends after ten times this time. It is stopped if stop is not
    empty."""
    command, environment = test
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        # without data that are not part of the project, so that tests detect the same for all users
        process = subprocess.Popen(["prlimit", f"--cpu={limit:.0f}", f"--as={8 << 30}",
                                    f"--fsize={1 << 30}", *command],
                                   cwd=os.path.join(copy.build, "tests"), stdout=said,
                                   stderr=subprocess.STDOUT,
                                   env={**os.environ, **environment, "SOAPZ_SHARED": ""})
        end, killed, pid = time.time() + 10 * limit, False, 0
        while not pid:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if not pid and (time.time() > end or stop) and not killed:
                os.kill(process.pid, signal.SIGKILL)
                killed = True
            time.sleep(0.01)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        seconds = used.ru_utime + used.ru_stime
        if code in (0, 77):
            return seconds, None
        if killed or code in (-signal.SIGXCPU, -signal.SIGKILL):
            return seconds, f"does not end within {limit:.0f} s"
        said.seek(0)
        first = [line.strip() for line in said if line.strip()][:1]
        if code < 0:
            first.insert(0, signal.Signals(-code).name)
        return seconds, f"exit {code}: " + "; ".join(first)[:160]


# ---- the run -------------------------------------------------------------------------

class Record:
    def __init__(self, folder, seed):
        self.path = os.path.join(folder, "mutants.json")
        self.data = {"seed": seed, "tests": {}, "left_out": {}, "mutants": []}
        if os.path.exists(self.path):
            with open(self.path) as file:
                self.data = json.load(file)

    def save(self):
        with open(self.path + ".new", "w") as file:
            json.dump(self.data, file, indent=1)
        os.replace(self.path + ".new", self.path)

    def of(self, mutant):
        for known in self.data["mutants"]:
            if (known["file"], known["new"]) == (mutant["file"], mutant["new"]):
                return known
        return None

    def counted(self, folder=""):
        return [m for m in self.data["mutants"] if m["result"] in ("caught", "open", "survived")
                and m["file"].startswith("core/" + folder)]


def time_tests(copy, record, tests):
    """runs the tests on the unchanged code: their times; failing and slow tests are left out"""
    def one(name):
        return (name, *run_test(copy, tests[name], SLOW))

    with concurrent.futures.ThreadPoolExecutor(copy.jobs) as pool:
        for name, seconds, wrong in pool.map(one, tests):
            record.data["tests"].pop(name, None)
            record.data["left_out"].pop(name, None)
            if wrong:
                record.data["left_out"][name] = wrong
            else:
                record.data["tests"][name] = round(seconds, 2)
            record.save()


def likeness(name, mutant):
    """how closely a test is related to the file of a mutant: by names and by the functions it calls"""
    stem = os.path.basename(mutant["file"])[:-2]
    path = os.path.join(ROOT, "tests", f"test_{name}.c")
    calls = False
    if os.path.exists(path):
        with open(path) as file:
            calls = f"sz_{stem}" in file.read()
    return 5 if name == stem else 3 if calls else 2 if set(stem.split("_")) & set(
        name.split("_")) else 0


def in_order(record, mutant):
    """The order by detected mutants per second, with a larger weight for related tests."""
    catches = {}
    for known in record.data["mutants"]:
        catches[known.get("test")] = catches.get(known.get("test"), 0) + 1

    def score(name):
        return (catches.get(name, 0) + likeness(name, mutant) + 0.3) / (
            record.data["tests"][name] + 0.3)

    return sorted(record.data["tests"], key=score, reverse=True)


def cheap(record, order):
    """the first tests of the order that take FIRST seconds together"""
    chosen, seconds = [], 0.0
    for name in order:
        if seconds + record.data["tests"][name] < FIRST:
            seconds += record.data["tests"][name]
            chosen.append(name)
    return chosen


def first_failure(copy, record, tests, mutant, first_pass):
    """the failing test and its error, or None; tests are linked in growing groups, because few are needed"""
    order, lot = in_order(record, mutant), 4
    passed = mutant.setdefault("passed", [])
    order = [name for name in order if name not in passed]
    if first_pass:
        order = cheap(record, order)
    with concurrent.futures.ThreadPoolExecutor(copy.jobs) as pool:
        while order:
            now, order, lot = order[:lot], order[lot:], 2 * lot
            if copy.make([os.path.basename(tests[name][0][0]) for name in now]):
                return "build", "a test does not link"
            failed = []

            def one(name):
                if failed:
                    return
                limit = 5.0 + 5.0 * record.data["tests"][name]
                wrong = run_test(copy, tests[name], limit, failed)[1]
                if wrong and not failed:  # twice, because some tests measure times
                    wrong = run_test(copy, tests[name], limit, failed)[1]
                if wrong and not failed:
                    failed.append((name, wrong))

            list(pool.map(one, now))
            if failed:
                return failed[0]
            passed += now
    return None


def judge(copy, record, tests, mutant, plain, first_pass):
    """the result of a mutant, and the test that detected it"""
    reason = EQUIVALENT.get((mutant["file"], mutant["new"].strip()))
    if reason:
        return {"result": "equivalent", "why": reason}
    copy.write(mutant, "new")
    try:
        said = copy.make(["libsoapz.a"])
        if said:
            return {"result": "does not compile"}
        if copy.library() == plain:
            return {"result": "equivalent", "why": "compiles to the same bytes"}
        failed = first_failure(copy, record, tests, mutant, first_pass)
    finally:
        copy.write(mutant, "old")
    if failed:
        return {"result": "caught", "test": failed[0], "how": failed[1]}
    return {"result": "open" if first_pass else "survived"}


def told(mutant):
    place = f'{mutant["file"]}:{mutant["line"]}'
    how = mutant.get("why") or (f'{mutant["test"]} ({mutant["how"]})' if "test" in mutant else "")
    return (f'{place}: {mutant["result"]} {how}\n    - {mutant["old"].strip()}\n'
            f'    + {mutant["new"].strip()}')


def next_mutant(record, drawn):
    """the next mutant of the folder with the most mutants left; None at the end"""
    share = {f: len(record.counted(f + "/")) / q for f, q in QUOTA.items()}
    for folder in sorted(QUOTA, key=share.get):
        if share[folder] < 1.0:
            for mutant in drawn[folder]:
                if not record.of(mutant):
                    return mutant
    return None


def to_do(record, again):
    """The mutants to run: first all with few tests, then the remaining ones with all tests."""
    if again:
        for mutant in [m for m in record.data["mutants"] if m["result"] == "survived"]:
            yield {**mutant, "passed": []}, False
        return
    drawn = draw(record.data["seed"])
    mutant = next_mutant(record, drawn)
    while mutant:
        yield mutant, True
        mutant = next_mutant(record, drawn)
    for mutant in [m for m in record.data["mutants"] if m["result"] == "open"]:
        yield mutant, False


def run(folder, seed, minutes, jobs, again):
    copy, record = Copy(folder, jobs), Record(folder, seed)
    said = None if record.data["tests"] else copy.make(["all"])
    if said:
        sys.exit(f"the tree does not build:\n{said}")
    tests = copy.tests()
    if not tests:
        sys.exit(f"ctest names no unit test that is built in {copy.build}")
    untimed = {name: test for name, test in tests.items()
               if f"tests/test_{name}.c" in copy.new or name not in record.data["tests"]
               and name not in record.data["left_out"]}
    said = copy.make(["libsoapz.a"] + [os.path.basename(t[0][0]) for t in untimed.values()])
    if said:
        sys.exit(f"the tree does not build:\n{said}")
    time_tests(copy, record, untimed)
    for mutant in record.data["mutants"]:  # changed tests are run again
        if "passed" in mutant:
            mutant["passed"] = [name for name in mutant["passed"] if name not in untimed]
    plain, begun = copy.library(), time.time()
    for n, (mutant, first_pass) in enumerate(to_do(record, again), 1):
        if time.time() - begun > 60 * minutes:
            break
        start, known = time.time(), record.of(mutant)
        fresh = {k: mutant[k] for k in ("file", "line", "kind", "old", "new")}
        fresh["passed"] = list(mutant.get("passed", []))
        fresh.update(judge(copy, record, tests, fresh, plain, first_pass))
        fresh["seconds"] = round(time.time() - start, 1)
        if fresh["result"] != "open":
            del fresh["passed"]
        if known:
            record.data["mutants"].remove(known)
        record.data["mutants"].append(fresh)
        record.save()
        left = sum(QUOTA.values()) - len(record.counted())
        print(told(fresh))
        print(f"    {left} left, about {left * (time.time() - begun) / n / 60:.0f} minutes",
              flush=True)
    summary(record)


def summary(record):
    counted = record.counted()
    caught = [m for m in counted if m["result"] == "caught"]
    for mutant in record.data["mutants"]:
        if mutant["result"] in ("survived", "open", "equivalent"):
            print(told(mutant))
    for name, why in record.data["left_out"].items():
        print(f"left out: the test {name}, {why}")
    by = {}
    for mutant in caught:
        by[mutant["test"]] = by.get(mutant["test"], 0) + 1
    print("caught by", ", ".join(f"{name} {n}" for name, n in sorted(by.items(),
                                                                     key=lambda b: -b[1])))
    still = sum(m["result"] == "open" for m in counted)
    done = len(counted) - still
    print(f"{len(counted)} of {sum(QUOTA.values())} mutants, {len(caught)} caught, "
          f"{done - len(caught)} survived, {still} open"
          + (f": {100 * len(caught) / done:.0f} %" if done else ""))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--folder", default="build/mutants", help="copy, build and record")
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--minutes", type=float, default=1e9, help="stop after these")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="the survivors once more")
    parser.add_argument("--summary", action="store_true", help="print what the record holds")
    parser.add_argument("--draw", action="store_true", help="print the places and stop")
    words = parser.parse_args()
    folder = os.path.abspath(words.folder)
    if words.draw:
        for of, mutants in draw(words.seed).items():
            for mutant in mutants[:QUOTA[of]]:
                print(told({**mutant, "result": mutant["kind"]}))
    elif words.summary:
        summary(Record(folder, words.seed))
    else:
        run(folder, words.seed, words.minutes, words.jobs, words.again)


if __name__ == "__main__":
    main()
