# SPDX-License-Identifier: BSD-3-Clause
"""Pages that are made, not typed: a line

    <!-- from: soapz --help -->            the help of every verb of the command
    <!-- from: soapz fit --help-keys -->   every key of a fit, as tables
    <!-- from: core/soapz.h -->            a C header: its comments as text, its declarations
    <!-- from: sz_fail in core tools -->   every error message of these folders

in a page is replaced by Markdown while the page is read. The program is that of the environment
variable SOAPZ, or the soapz on the path."""
import os
import re
import subprocess

from docutils import nodes
from sphinx import addnodes

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def help_of(*words):
    """What `soapz words` prints"""
    program = os.environ.get("SOAPZ", "soapz")
    return subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


def fenced(text, language="text"):
    return f"```{language}\n{text.strip(chr(10))}\n```\n"


# ---- the command -------------------------------------------------------------------------

def verbs():
    whole = help_of("--help")
    out = [fenced(whole)]
    for verb in re.findall(r"^  ([a-z]\w*)  ", whole, re.M):
        out.append(f"## soapz {verb}\n\n" + fenced(help_of(verb, "--help")))
    return "\n".join(out)


def cell(text):
    """Text as it stands, in Markdown"""
    return re.sub(r"([\\`|*_<>{}\[\]#$+-])", r"\\\1", text.strip())


def code(text):
    return f"`{text}`" if text else ""


COLUMN = 40  # where the defaults of --help-keys begin, at the least


def key_row(line):
    """(key, its name in a .conf, default, meaning) of a line of --help-keys"""
    found = re.match(r"  (\S+)(?: \[(\S+)\])? *", line)
    rest = line[found.end():]
    default = ""
    gap = rest.find("  ")
    # a default stands at COLUMN or right behind a long key; without one the meaning begins later
    if gap > 0 and found.end() < COLUMN + 10 or found[2] and gap > 0 and found.end() < COLUMN + 22:
        default, rest = rest[:gap], rest[gap:]
    return found[1], found[2] or "", default, rest


def table(title, rows):
    """A section with its keys; the class lays them out for narrow windows (manual.css)"""
    title = title[0].upper() + title[1:] if " " in title else code(title)
    lines = "\n".join(["| key | default | meaning |", "|---|---|---|", *rows])
    return f"## {title}\n\n```{{table}}\n:class: keys\n\n{lines}\n```\n"


def keys():
    sections = []
    for line in help_of("fit", "--help-keys").partition("\n\n")[2].splitlines():  # the first line explains
        if line.startswith("  "):
            key, short, default, meaning = key_row(line)
            also = f" ({code(short)})" if short not in ("", key) else ""
            sections[-1][1].append(f"| {code(key)}{also} | {code(default)} | {cell(meaning)} |")
        elif line.strip():
            sections.append((line.strip(), []))
    return "\n".join(table(*s) for s in sections)


# ---- C headers -----------------------------------------------------------------------------

def comment_text(comment):
    """The words of a comment without its stars"""
    body = re.sub(r"^/\*|\*/$", "", comment.strip())
    return "\n".join(re.sub(r"^ \* ?", "", w) for w in body.splitlines()).strip()


def header_blocks(text):
    """A header between its extern "C" braces: ("section", title), ("comment", text), ("code", text)"""
    inside = text.split('extern "C" {\n#endif\n', 1)[1].rsplit("#ifdef __cplusplus", 1)[0]
    for part in re.split(r"\n\s*\n", inside):
        title = re.fullmatch(r"\s*/\* -+ (.*?) -+ \*/\s*", part)
        if title:
            yield "section", title[1]
            continue
        # a comment at the beginning of a line belongs to what follows; one inside a struct stays
        for piece in re.split(r"(^/\*.*?\*/$\n?)", part, flags=re.M | re.S):
            if piece.startswith("/*") and "\n#" not in piece:
                yield "comment", comment_text(piece)
            elif piece.strip():
                yield "code", piece.strip("\n")


def escaped(text):
    """Words of a comment as Markdown: names of functions and arrays as they stand"""
    text = re.sub(r"([\\`*<>{}|_\[\]])", r"\\\1", text)
    return re.sub(r"\bsz(?:\\_\w+)+(?:\(\))?", lambda m: f"`{m[0]}`".replace("\\", ""), text)


def header(path):
    with open(os.path.join(ROOT, path)) as f:
        text = f.read()
    top = comment_text(re.match(r"/\*.*?\*/", text, re.S)[0])
    out = [fenced(re.sub(r"^SPDX.*\n+", "", top))]
    for kind, words in header_blocks(text):
        if kind == "section":
            out.append(f"## {words[0].upper()}{words[1:]}\n")
        elif kind == "comment":
            out.append(escaped(words) + "\n")
        elif not words.startswith(("#if", "#define SZ_API", "#endif", "#else")):
            out.append(fenced(words.replace("SZ_API ", ""), "c"))
    return "\n".join(out)


# ---- error messages ------------------------------------------------------------------------

STATUS = {
    "the command line": "words of a verb: nothing was begun, exit code 2. `soapz VERB --help` lists the words",
    "SZ_ERR_ARGUMENT": "the call, the command line or a setting is wrong: change what the sentence names. Where it is an "
                       "index, a species or a pointer, the program that calls has a mistake",
    "SZ_ERR_FILE": "a file cannot be opened, read or written: look at its name, its rights and the room on the disk; what "
                   "had the name before is as it was",
    "SZ_ERR_FORMAT": "a file is not what it should be, or asks for what is not supported: the sentence names file and "
                     "line; a file of others is mended there, one that soapz wrote is damaged: copy or make it again",
    "SZ_ERR_MEMORY": "an allocation failed: fewer sparse points, a stronger compression, fewer threads, or a machine (or a "
                     "limit of the job) with more memory",
    "SZ_ERR_NUMERIC": "numbers that are not finite, coincident atoms, a matrix that is not positive definite: look at the "
                      "structure that is named; in MD the time step is often too large",
    "SZ_ERR_STOPPED": "the work was stopped, by a signal or by what called it: a fit goes on with `--resume`",
}


def macros(text):
    return dict(re.findall(r'#define ([A-Z]\w+)\s*\\?\s*((?:"(?:[^"\\]|\\.)*"\s*\\?\s*)+)\n', text))


def joined(literals):
    """Adjacent string literals of C as one text, what is filled in as three dots"""
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))
    text = re.sub(r"%[-+0# ]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z)?[a-zA-Z]", "...", text).replace("%%", "%")
    return text.replace('\\"', '"').replace("\\n", " ").replace("\\\\", "\\")


def closing(text, at):
    """Where the bracket that opens at text[at] is closed, literals passed over."""
    depth = 0
    for m in re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[()]').finditer(text, at):
        depth += {"(": 1, ")": -1}.get(m[0], 0)
        if depth == 0:
            return m.start()
    return len(text)


def arguments(text):
    """Of a call, split at its own commas"""
    out, depth, start = [], 0, 0
    for m in re.finditer(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|[(){},]', text):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(m[0], 0)
        if m[0] == "," and depth == 0:
            out.append(text[start:m.start()])
            start = m.end()
    return out + [text[start:]]


# what makes an error of a format: its name has one of these words
FAILING = re.compile(r"fail|usage_error|refuse")
MAKER = re.compile(r"\b(\w+)\(([^()]*)const char \*format,\s*\.\.\.\)(?:\s*SZ_PRINTF\([^)]*\))?\s*([;{])")
LITERALS = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"|\b(?!SZ_ERR_)[A-Z][A-Z_]+\b|\s)+')


def sources(folders):
    """{path: text} without comments"""
    out = {}
    for folder in folders:
        for where, _, names in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    with open(os.path.join(where, name)) as f:
                        out[os.path.join(where, name)] = re.sub(r"/\*.*?\*/", "", f.read(), flags=re.S)
    return out


def makers(texts):
    """(file, function, its status or None) of each declaration and definition"""
    for path, text in texts.items():
        for m in MAKER.finditer(text):
            if FAILING.search(m[1]) and m[1] != "sz_fail":
                body = text[m.end():text.find("\n}", m.end())] if m[3] == "{" else ""
                status = re.search(r"SZ_ERR_\w+", body)
                yield path, m[1], status and status[0]


def in_reach(path, made):
    """{function: its status} of the makers that this file can call"""
    out = {"sz_fail": None}
    for other, name, status in made:
        if other == path or name.startswith("sz_"):
            out[name] = status or out.get(name)
    return out


def calls(folders):
    """(file, status, [messages]) of all that makes an error of a format"""
    texts = sources(folders)
    known = {k: v for s in texts.values() for k, v in macros(s).items()}
    made = list(makers(texts))
    for path, text in texts.items():
        of = in_reach(path, made)
        for m in re.finditer(r"\b(%s)\(" % "|".join(of), text):
            inside = arguments(text[m.end():closing(text, m.end() - 1)])
            if any("const char *format" in a for a in inside):
                continue  # a declaration
            status = re.search(r"SZ_ERR_\w+", ",".join(inside[:2]))
            status = "the command line" if m[1] == "sz_usage_error" else status[0] if status else of[
                m[1]] or "SZ_ERR_FORMAT"
            form = next((a for a in inside[1:] if '"' in a), "")
            found = [re.sub(r'("(?:[^"\\]|\\.)*")|([A-Z]\w+)', lambda w: w[1] or known.get(w[2], '"..."'), g[0])
                     for g in LITERALS.finditer(form) if '"' in g[0]]
            if not found:
                raise ValueError(f"{path}: {m[0]}{inside}: no words that can be listed")
            yield os.path.relpath(path, ROOT), status, [joined(g) for g in found]


def messages(folders):
    """{status: sorted messages} of the library and the command below these folders"""
    found = {}
    for _, status, words in calls(folders):
        found.setdefault(status, set()).update(w for w in words if len(w) > 8)
    return {status: sorted(found[status], key=lambda w: re.sub(r"\W+", " ", w).strip().lower())
            for status in sorted(found)}


def errors(folders):
    out = []
    for status, words in messages(folders).items():
        meaning = STATUS.get(status, "")
        lines = "\n".join(f"- {cell(w)}" for w in words)
        out.append(f"### {status}\n\n{meaning[:1].upper()}{meaning[1:]}.\n\n{lines}\n")
    return "\n".join(out)


# ---- docstrings ------------------------------------------------------------------------------

ROW = re.compile(r"^(\S.*?) {2,}(\S.*)$")


def rst(text):
    return re.sub(r"([\\`*|_])", r"\\\1", text)


def docstring(lines):
    """A docstring of this package as reStructuredText: indented lines are code, lines of two
    columns (name, meaning) a list of definitions, the rest is text."""
    out, k = [], 0
    while k < len(lines):
        line = lines[k]
        row = ROW.match(line)
        if not line.strip():
            out.append("")
            k += 1
        elif line.startswith("    "):
            out += ["", "::", ""]
            while k < len(lines) and (line.startswith("    ") or not line.strip()):
                out.append(line and "   " + line[4:])
                k += 1
                line = lines[k] if k < len(lines) else "end"
            out.append("")
        elif row:
            meaning = [row[2]]
            k += 1
            while k < len(lines) and lines[k].startswith("  ") and lines[k].strip():
                meaning.append(lines[k].strip())
                k += 1
            out += ["", f"``{row[1]}``", "   " + rst(" ".join(meaning)), ""]
        else:
            out.append(rst(line))
            k += 1
    return out


def on_docstring(app, what, name, obj, options, lines):
    lines[:] = docstring(list(lines))


# ---- as an extension of Sphinx ---------------------------------------------------------------

def generated(what):
    if what == "soapz --help":
        return verbs()
    if what == "soapz fit --help-keys":
        return keys()
    if what.endswith(".h"):
        return header(what)
    if what.startswith("sz_fail in "):
        return errors(what.split()[2:])
    raise ValueError(f"<!-- from: {what} -->: docs/_ext/generated.py does not know how")


def on_source(app, name, source):
    source[0] = re.sub(r"^<!-- from: (.*?) -->$", lambda m: generated(m[1]), source[0], flags=re.M)


def on_missing(app, env, node, contnode):
    """docs/pair_soapz.rst is a page of LAMMPS's manual, whose other pages are on its site."""
    if node["reftype"] == "doc" and node["refdoc"] == "docs/pair_soapz":
        page = os.path.basename(node["reftarget"])
        return nodes.reference("", "", contnode, refuri=f"https://docs.lammps.org/{page}.html")
    return None


def on_doctree(app, doctree):
    """A folder of the repository is no page: its name stands without a link."""
    folder = os.path.join(ROOT, os.path.dirname(app.env.docname))
    for link in list(doctree.findall(addnodes.pending_xref)):
        if link["reftype"] == "myst" and os.path.isdir(os.path.join(folder, link["reftarget"])):
            link.replace_self(link.children)


def setup(app):
    app.connect("source-read", on_source)
    app.connect("autodoc-process-docstring", on_docstring)
    app.connect("doctree-read", on_doctree)
    app.connect("missing-reference", on_missing)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
