# SPDX-License-Identifier: BSD-3-Clause
"""The notebooks of docs/notebooks run from the first cell to the last. They contain no output: the manual
shows the output of its own run."""
import glob
import os
import sys
import tempfile
import time

from soapz_cli import HERE, SKIPPED, check, done

try:
    import ase  # noqa: F401
    import matplotlib  # noqa: F401
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError
except ImportError as e:
    print(f"SKIPPED: {e}; scripts/requirements-manual.txt has what the manual needs")
    sys.exit(SKIPPED)

paths = sorted(glob.glob(os.path.join(HERE, "..", "docs", "notebooks", "*.ipynb")))
check(len(paths) >= 2, f"notebooks: {paths}")
for path in paths:
    name, start = os.path.basename(path), time.monotonic()
    notebook = nbformat.read(path, as_version=4)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    check(not any(c.outputs or c.execution_count for c in code), f"{name}: clear its outputs")
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=300, kernel_name="python3",
                                resources={"metadata": {"path": folder}})
        try:
            client.execute()
        except CellExecutionError as e:
            check(False, f"{name}: {str(e)[-2000:]}")
    shown = [o for c in code for o in c.outputs]
    check(any(o.output_type == "stream" for o in shown), f"{name} prints nothing")
    check(any("image/png" in o.get("data", {}) for o in shown), f"{name} draws nothing")
    for o in shown:
        if o.output_type == "stream":
            check(o.name == "stdout", f"{name} warns: {o.text[:1000]}")
    print(f"{name}: {time.monotonic() - start:.0f} s")
done()
