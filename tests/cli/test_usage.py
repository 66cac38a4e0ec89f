# SPDX-License-Identifier: BSD-3-Clause
"""Help, version, and wrong command lines: one sentence, exit code 2."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import MODELS, check, check_fails, done, run  # noqa: E402

model = os.path.join(MODELS, "hea4_nuR1_nuS0", "gp.xml")
frames = os.path.join(MODELS, "hea4_nuR1_nuS0", "reference.xyz")

for words in (["--help"], ["-h"], ["help"], ["info", "--help"], ["eval", "--help"],
              ["describe", "--help"], ["select", "--help"], ["eval", model, frames, "-h"]):
    code, out, err = run(*words)
    check(code == 0 and err == "" and "usage: soapz" in out, f"{words}: {code} {out} {err}")
    if words[0] in ("info", "eval", "describe", "select"):
        check("example" in out and words[0] in out, f"{words}: no example")
code, out, err = run("--version")
check(code == 0 and out.startswith("soapz ") and out.count(".") == 2, f"version: {out}")
code, out, err = run()
check(code == 2 and out == "" and "usage" in err, f"no word at all: {code} {out} {err}")

with tempfile.TemporaryDirectory() as folder:
    out = os.path.join(folder, "out")
    for words, parts in (
            (["evall"], ["no verb evall", "soapz --help"]),
            (["--evall"], ["no option --evall"]),
            (["eval"], ["a model and an XYZ file"]),
            (["eval", model, "-o", out], ["a model and an XYZ file"]),
            (["eval", model, frames], ["-o"]),
            (["eval", model, frames, "-o"], ["-o needs a value"]),
            (["eval", model, frames, frames, "-o", out], ["unexpected word"]),
            (["eval", model, frames, "-o", out, "--forces"], ["no option --forces"]),
            (["eval", model, frames, "-o", out, "-x"], ["no option -x"]),
            (["eval", model, frames, "--outputs=" + out], ["no option --outputs"]),
            (["eval", model, frames, "-o", out, "--help=2"], ["takes no value"]),
            (["select", model, "-o", out], ["a model and structures"]),
            (["select", model, frames], ["-o"]),
            (["info"], ["a model or --machine"]),
            (["info", model, "--machine"], ["a model or --machine"]),
            (["info", model, model], ["unexpected word"]),
            (["describe", frames, "-o", out], ["a model and an XYZ file"]),
            (["describe", "--descriptor", "soap", model, frames, "-o", out], ["only an XYZ"]),
            (["describe", "--descriptor", "soap", "--term", "1", frames, "-o", out], ["--term"]),
            (["describe", model, frames], ["-o"])):
        check_fails(2, parts, *words, gone=out)
done()
