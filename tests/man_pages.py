# SPDX-License-Identifier: BSD-3-Clause
"""Manual pages contain the whole text of --help, groff gives no warnings, and bash completes verbs, options
and keys."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

from soapz_cli import HERE, SOAPZ, check, done, run

SCRIPT = os.path.join(HERE, "..", "scripts", "man_pages.py")


def words_of(text):
    return re.findall(r"[\w=.|+-]+", text)


def check_page(path, text):
    with open(path) as f:
        page = f.read()
    # without escapes and requests of roff
    plain = "\n".join(re.sub(r"^\.(B|BR|TH|SH|PP|TP|nf|fi)\b", "", w) for w in page.splitlines())
    have = set(words_of(plain.replace("\\-", "-").replace("\\e", "\\").replace("\\&", "")))
    lost = [w for w in words_of(text) if w not in have and w not in ("usage", "example", "examples", "soapz")]
    check(not lost, f"{os.path.basename(path)} lost {lost[:10]}")
    if shutil.which("groff"):
        r = subprocess.run(["groff", "-man", "-ww", "-Tutf8", path], capture_output=True, text=True)
        # warnings about lines that cannot be filled are not errors of the page
        said = [w for w in r.stderr.splitlines() if "adjust" not in w and "break" not in w]
        check(r.returncode == 0 and not said, f"groff {os.path.basename(path)}: {said[:5]}")


def complete(script, *words):
    """The completions of bash for the last of these words"""
    line = (f"source '{script}'; compopt() {{ :; }}; COMP_WORDS=({' '.join(words)} ''); "
            f"COMP_CWORD={len(words) - 1}; _soapz; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    r = subprocess.run(["bash", "-c", line], capture_output=True, text=True, cwd=os.path.dirname(script))
    check(r.returncode == 0 and not r.stderr, f"completion of {words}: {r.stderr}")
    return r.stdout.split()


with tempfile.TemporaryDirectory() as share:
    r = subprocess.run([sys.executable, SCRIPT, SOAPZ, share], capture_output=True, text=True)
    check(r.returncode == 0, r.stderr)
    _, whole, _ = run("--help")
    verbs = re.findall(r"^  ([a-z]\w*)  ", whole, re.M)
    check(len(verbs) > 10, f"verbs: {verbs}")
    check_page(os.path.join(share, "man", "man1", "soapz.1"), whole)
    for verb in verbs:
        check_page(os.path.join(share, "man", "man1", f"soapz-{verb}.1"), run(verb, "--help")[1])
    if shutil.which("bash"):
        script = os.path.join(share, "bash-completion", "completions", "soapz")
        for words, offered in ((["soapz", "ev"], ["eval"]), (["soapz", "fit", "--cur"], ["--curve"]),
                               (["soapz", "fit", "energy_par"], ["energy_parameter_name="]),
                               (["soapz", "validate", "--rep"], ["--report"]), (["soapz", "info", "soa"], ["soapz"]),
                               (["soapz", "calibrate", "--unc"], [])):
            got = complete(script, *words)
            check(got == offered, f"{words}: {got}, not {offered}")
        for verb in verbs:
            # an option that the command does not know would be refused with exit code 2 and its name
            for option in complete(script, "soapz", verb, "--"):
                _, _, err = run(verb, option)
                check("no option" not in err, f"soapz {verb} {option}: {err}")
done()
