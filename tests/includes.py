# SPDX-License-Identifier: BSD-3-Clause
"""includes.py - each folder of core/ includes only the folders above it in the list below; tools/ and
plugin/ include the public headers, and the other headers that are listed here."""
import glob
import os
import re
import sys

SOURCE = os.environ["SOAPZ_SOURCE"]
ORDER = ["base", "linear", "atoms", "select", "descriptor", "term", "kokkos", "model", "format",
         "data", "fit", "analyse"]
PUBLIC = {"soapz.h", "soapz_fit.h", "soapz_analyse.h", "soapz_kokkos.h"}
# Headers that a file of tools/ needs besides the public ones and base/, and why.
BEYOND = {
    # frames with all columns of the user; neighbour lists that name file and line
    "tools/describe.c": {"atoms/frame_list.h", "fit/spec_keys.h", "format/load.h",
                         "model/descriptor.h"},
    "tools/describe_out.h": {"descriptor/soap.h"},  # the matrices of a compression
    "tools/eval.c": {"atoms/frame_list.h", "model/predict.h",  # progress within a frame
                     "model/variance.h"},  # from an existing neighbour list
    "tools/select.c": {"atoms/frame_list.h"},
    "tools/tool.c": {"model/model.h"},  # the files that a model was read from
    "tools/survey.c": {"atoms/frame_list.h", "descriptor/soap_spec.h"},
    "tools/survey.h": {"descriptor/optimal.h"},  # the moments of an optimal basis
    # the list of compressions
    "tools/compressions.c": {"descriptor/coupling.h", "descriptor/soap_spec.h",
                             "descriptor/triples.h"},  # lengths, also impossible ones
    "tools/recipe.h": {"descriptor/compression_spec.h"},
    # descriptions of potentials, which need not be models that soapz can run
    "tools/convert.c": {"format/gap_write.h", "format/load.h", "format/soapz_write.h"},
    "tools/validate.c": {"format/load.h"},  # the file of a model, for its checksum
    "tools/info.c": {"format/load.h", "linear/product.h"},  # the author of a file; the machine
    # the single stages of a fit: printing between them, checkpoints, ranks
    "tools/fit.c": {"fit/fit.h", "fit/train.h", "format/gap_write.h", "format/soapz_write.h"},
    "tools/fit_curve_report.h": {"analyse/curve_errors.h"},
    "tools/fit_kfold_report.h": {"analyse/kfold_errors.h"},
    "tools/fit_main.h": {"fit/team.h"},
    "tools/fit_options.c": {"fit/checkpoint.h", "fit/kfold.h"},
    "tools/fit_scan_grid.c": {"fit/spec_keys.h"},
    "tools/fit_scan_grid.h": {"fit/spec.h"},
    "tools/fit_scan_point.c": {"analyse/kfold_errors.h"},
    "tools/fit_scan_point.h": {"fit/fit.h"},
    "tools/fit_report.c": {"analyse/errors.h"},
    "tools/fit_report.h": {"fit/fit.h"},
    "tools/bench.c": {"analyse/stages.h"},  # numbers that only the stages have
    "tools/suggest.c": {"linear/lsq.h"},  # the memory that a fit needs
    "tools/suggest.h": {"analyse/facts.h"},
    # errors frame by frame, for the worst structures and the report
    "tools/error_table.h": {"analyse/errors.h"},
    "tools/validate.h": {"analyse/calibration.h", "analyse/errors.h", "data/names.h"},
    "tools/analyse.c": {"data/dataset.h"},  # elements of atoms, names of frames
    "tools/dgemm.c": {"linear/blas.h"},  # measures the matrix product
}


def includes(path):
    with open(path) as f:
        for number, line in enumerate(f, 1):
            found = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if found:
                yield number, found[1]


def faults_of_core():
    for path in sorted(glob.glob(f"{SOURCE}/core/*/*.[ch]*")):
        own = path.split("/")[-2]
        where = os.path.relpath(path, SOURCE)
        if own not in ORDER:
            yield f"{where}: the folder {own} is not in the list of tests/includes.py"
            continue
        for line, name in includes(path):
            if name in PUBLIC:
                continue
            folder, _, file = name.partition("/")
            if not file or not os.path.exists(f"{SOURCE}/core/{name}"):
                yield f"{where}:{line}: \"{name}\" does not name folder and file"
            elif ORDER.index(folder) > ORDER.index(own):
                yield f"{where}:{line}: {own} includes {name}, which stands below it"


def faults_of(folder, allowed):
    for path in sorted(glob.glob(f"{SOURCE}/{folder}/*.[ch]*")):
        where = os.path.relpath(path, SOURCE)
        more = BEYOND.get(where, set())
        for line, name in includes(path):
            beside = "/" not in name and os.path.exists(f"{SOURCE}/{folder}/{name}")
            lammps = folder == "plugin" and "/" not in name
            if name in PUBLIC or beside or lammps or name.split("/")[0] in allowed:
                continue
            if name not in more:
                yield (f"{where}:{line}: {name} is past the public headers; use these, or name it "
                       "in tests/includes.py")


def idle():
    """Headers in BEYOND that are not included."""
    for where, names in BEYOND.items():
        used = {name for _, name in includes(f"{SOURCE}/{where}")}
        for name in sorted(names - used):
            yield f"tests/includes.py: {where} no longer includes {name}"


def main():
    faults = [*faults_of_core(), *faults_of("tools", {"base"}), *faults_of("plugin", set()), *idle()]
    for fault in faults:
        print(fault)
    return bool(faults)


sys.exit(main())
