#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Manual pages and bash completion of the command, made from its own help:

    man_pages.py SOAPZ SHARE [DATE]

writes SHARE/man/man1/soapz.1, soapz-fit.1, .. from `SOAPZ --help` and `SOAPZ VERB --help`, and
SHARE/bash-completion/completions/soapz with the verbs, their options, and the keys of
`SOAPZ fit --help-keys`. cmake --install calls it."""
import os
import re
import subprocess
import sys

ITEM = re.compile(r"  (\S.*)$")  # an option or a key, and its meaning
OPTION = re.compile(r"(?<![\w-])(--[a-z][a-z-]*|-[a-zA-Z])(?![\w-])")


def said(program, *words):
    return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


# ---- manual pages --------------------------------------------------------------------------

def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def literal(lines):
    return [".nf", *map(roff, lines), ".fi"]


def item(lines):
    """An option with its name in bold, and its meaning"""
    name, rest = (re.split(r"(?<!,) {2,}", lines[0].strip(), maxsplit=1) + [""])[:2]
    return [".TP", f".B {roff(name)}", *(roff(w.strip()) for w in [rest, *lines[1:]] if w.strip())]


def paragraphs(text):
    """Blocks of lines between empty lines"""
    return [block.split("\n") for block in re.split(r"\n\s*\n", text.strip("\n")) if block.strip()]


def body(block):
    """Items (indented by two blanks), each with the further indented lines below it; text before them"""
    out, k = [], 0
    while k < len(block):
        if not ITEM.match(block[k]):
            out.append(roff(block[k].strip()))
            k += 1
            continue
        end = k + 1
        while end < len(block) and block[end].startswith("   "):
            end += 1
        out += item(block[k:end])
        k = end
    return out


def page(name, summary, text, date, version, also):
    blocks = paragraphs(text)
    synopsis = [w for w in blocks if w[0].startswith("usage:")]
    out = [f'.TH {name.upper()} 1 "{date}" "soapz {version}" "soapz"', ".SH NAME", f"{roff(name)} \\- {roff(summary)}"]
    for block in synopsis:
        out += [".SH SYNOPSIS", *literal(w[len("usage: "):] for w in block)]
    out.append(".SH DESCRIPTION")
    for block in (b for b in blocks if b not in synopsis):
        if re.match(r"examples?:", block[0]):
            out += [".SH EXAMPLES", *literal(w[2:] if w.startswith("  ") else w for w in block[1:])]
        elif all(w.startswith("    ") for w in block):
            out += [".PP", *literal(block)]
        else:
            out += [".PP", *body(block)]
    out += [".SH SEE ALSO", *(f".BR {roff(w)} (1){',' if w != also[-1] else ''}" for w in also)]
    return "\n".join(out) + "\n"


# ---- completion ----------------------------------------------------------------------------

COMPLETION = r"""# bash completion of soapz, made by scripts/man_pages.py
_soapz()
{
    local word="${COMP_WORDS[COMP_CWORD]}" words
    COMPREPLY=()
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="@VERBS@ --help --version"
    else
        case "${COMP_WORDS[1]}" in
@CASES@
        esac
        # words without a dash are files or keys
        [[ "$word" == -* ]] || COMPREPLY=($(compgen -f -- "$word"))
    fi
    COMPREPLY+=($(compgen -W "$words" -- "$word"))
    [[ "${#COMPREPLY[@]}" -eq 1 && "${COMPREPLY[0]}" == *= ]] && compopt -o nospace
    return 0
}
complete -o filenames -o nosort -F _soapz soapz
"""


def completion(helps, keys):
    cases = []
    for verb, text in helps.items():
        own = re.sub(rf"(?:soapz (?!{verb}\b)\w+|mpiexec) --?[\w-]+", "", text)  # not those of other commands
        options = sorted(set(OPTION.findall(own)) | {"--help"})
        more = [k + "=" for k in keys] if verb == "fit" else []
        cases.append(f'            {verb}) words="{" ".join(options + more)}" ;;')
    return COMPLETION.replace("@VERBS@", " ".join(helps)).replace("@CASES@", "\n".join(cases))


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    program, share, date = sys.argv[1], sys.argv[2], "".join(sys.argv[3:])
    whole, version = said(program, "--help"), said(program, "--version").split()[1]
    verbs = dict(re.findall(r"^  ([a-z]\w*)  +(\S.*)$", whole, re.M))
    helps = {verb: said(program, verb, "--help") for verb in verbs}
    keys = sorted(set(re.findall(r"^  (\w+)", said(program, "fit", "--help-keys"), re.M)))
    man = os.path.join(share, "man", "man1")
    first, rest = whole.split("\n", 1)
    write(os.path.join(man, "soapz.1"), page("soapz", first.partition(": ")[2], rest, date, version,
                                             [f"soapz-{verb}" for verb in verbs]))
    for verb, summary in verbs.items():
        write(os.path.join(man, f"soapz-{verb}.1"),
              page(f"soapz-{verb}", summary, helps[verb], date, version, ["soapz"]))
    write(os.path.join(share, "bash-completion", "completions", "soapz"), completion(helps, keys))


if __name__ == "__main__":
    main()
