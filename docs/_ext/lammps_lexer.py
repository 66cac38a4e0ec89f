# SPDX-License-Identifier: BSD-3-Clause
"""Input scripts of LAMMPS in colour: the command, its comments, variables, strings and numbers."""
from pygments.lexer import RegexLexer, bygroups
from pygments.token import Comment, Keyword, Name, Number, String, Text


class LammpsLexer(RegexLexer):
    name = "LAMMPS"
    aliases = ["lammps"]
    tokens = {
        "root": [
            (r"#.*$", Comment),
            (r"^(\s*)([a-z]\w*)", bygroups(Text, Keyword)),
            (r"\$\{\w+\}|\$\w|\b[vcf]_\w+(?:\[\w+\])?", Name.Variable),
            (r"\"[^\"]*\"|'[^']*'", String),
            (r"(?<![\w.])-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?![\w])", Number),
            (r"\s+", Text),
            (r".", Text),
        ]
    }


def setup(app):
    app.add_lexer("lammps", LammpsLexer)
    app.add_lexer("LAMMPS", LammpsLexer)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
