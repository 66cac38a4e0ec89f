# SPDX-License-Identifier: BSD-3-Clause
"""The manual, built by Sphinx:

    pip install '.[manual]'
    sphinx-build -c docs . build/manual     # then open build/manual/index.html

The source folder is that of the project, so that a link from a page to an example or to a
potential is the same here and where the repository is read. What the pages show of the
command, of Python and of C is made from these (_ext/generated.py): soapz must be installed, or
SOAPZ, SOAPZ_LIBRARY and PYTHONPATH name a build."""
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(HERE, "_ext"))

project = "soapz"
author = "the authors of soapz"
copyright = author
with open(os.path.join(ROOT, "core", "soapz.h")) as header:
    release = version = re.search(r'SZ_VERSION "(.*?)"', header.read())[1]

extensions = ["myst_nb", "sphinx.ext.autodoc", "generated", "lammps_lexer", "mathml"]
root_doc = "docs/index"
include_patterns = ["docs/*.md", "docs/*.rst", "docs/tutorial/*.md", "docs/reference/*.md",
                    "docs/notebooks/*.ipynb", "bench/*.md", "examples/*/README.md",
                    "potentials/*/README.md", "packaging/README.md", "tests/fuzz/README.md", "README.md", "CHANGELOG.md",
                    "CONTRIBUTING.md", "SECURITY.md"]
exclude_patterns = ["build*", ".venv", ".git"]

smartquotes = False  # text stands as it was written
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 4  # links to headings, as they are where the repository is read
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_execution_in_temp = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"

html_math_renderer = "mathml"
html_theme = "furo"
html_title = f"soapz {release}"
html_static_path = ["_static"]
html_css_files = ["manual.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
