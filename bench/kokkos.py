# SPDX-License-Identifier: BSD-3-Clause
"""kokkos.py - CPU time of energies and forces by the device kokkos and by the stages of the CPU,
measured in turns, and their ratio: the table in docs/kokkos.md.

    SOAPZ=build/soapz OMP_NUM_THREADS=1 python bench/kokkos.py [MODEL ..]
"""
import json
import os
import subprocess
import sys
from pathlib import Path

POTENTIALS = Path(__file__).resolve().parents[1] / "potentials"
MODELS = ["NbMoTaW/fast.soapz", "NbMoTaW/balanced.soapz", "NbMoTaW/accurate.soapz", "MoNbTaVW/balanced.soapz"]
ROUNDS = 3


def microseconds(model, device):
    done = subprocess.run([os.environ.get("SOAPZ", "soapz"), "bench", model, "--atoms", "686", "--repeat", "3",
                           "--device", device, "--json"], check=True, text=True, stdout=subprocess.PIPE)
    result = json.loads(done.stdout)
    return result["microseconds"]["forces"], result["device"]


print("| potential | CPU's stages | device | ratio |\n|---|---:|---:|---:|")
for model in sys.argv[1:] or [POTENTIALS / name for name in MODELS]:
    least = {}
    for _ in range(ROUNDS):
        for device in ("cpu", "kokkos"):
            time, name = microseconds(model, device)
            least[device] = min(time, least.get(device, time))
    print(f"| {model} | {least['cpu']:.1f} | {least['kokkos']:.1f}, {name} | {least['kokkos'] / least['cpu']:.2f} |",
          flush=True)
