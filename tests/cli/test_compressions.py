# SPDX-License-Identifier: BSD-3-Clause
"""soapz compressions: the lengths and formulae of the paper, for many S, N and L; both output formats;
invalid input."""
import json
import os
import sys
from itertools import product
from math import comb

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from soapz_cli import check, check_fails, done, run  # noqa: E402


def pairs(n):
    return comb(n + 1, 2)


def triples(L, l_min):
    l = range(l_min, L + 1)
    return [t for t in product(l, l, l) if sum(t) % 2 == 0 and 2 * max(t) <= sum(t)]


def three(kinds, S, N, L, l_min):
    """Number of products of three factors that are different under exchange of equal ones, by Burnside."""
    size = {"nu": N * S, "nu^": S, "mu": N, "mu^": 1}
    t = triples(L, l_min)
    two, equal = sum(a == b for a, b, _ in t), sum(a == b == c for a, b, c in t)
    a, b, c = (size[k] for k in kinds)
    if len(set(kinds)) == 3:
        return a * b * c * len(t)
    if len(set(kinds)) == 1:
        return (a ** 3 * len(t) + 3 * a * a * two + 2 * a * equal) // 6
    pair = size[max(kinds, key=kinds.count)]
    return (a * b * c * len(t) + a * b * c // pair * two) // 2


def partitions():
    for powers in product(range(4), repeat=4):
        if sum(powers) == 3:
            used = [(n, k) for n, k in zip(("nu", "nu^", "mu", "mu^"), powers) if k]
            yield (",".join(n for n, _ in used) + "=" + ",".join(str(k) for _, k in used),
                   [n for n, k in used for _ in range(k)])


def lengths(S, N, L, d, u, K, l_min):
    """From the definitions of the paper, not from the formulae of the program."""
    l = range(L + 1)
    rank = [min(2 * k + 1, N * S) for k in l]
    t = triples(L, l_min)
    return {
        **{label: three(kinds, S, N, L, l_min) for label, kinds in partitions()},
        "K=2": K * (L + 1), "K,K=1,1": K * (L + 1), "K,K,K=1,1,1": K * len(t),
        "K=3": K * sum(a <= b <= c for a, b, c in t),
        "nu=2": pairs(N * S) * (L + 1), "nu,mu=1,1": N * S * N * (L + 1),
        "nu,mu*=1,1": sum(N * S * (2 * k + 1) for k in l), "nu,nu^=1,1": N * S * S * (L + 1),
        "nu,mu^=1,1": N * S * (L + 1), "mu=2": pairs(N) * (L + 1), "mu,nu^=1,1": N * S * (L + 1),
        "mu,mu^=1,1": N * (L + 1), "nu^=2": pairs(S) * (L + 1), "nu^,mu^=1,1": S * (L + 1),
        "mu^=2": L + 1, "nu=2,d_J": pairs(N * d) * (L + 1), "optimal": pairs(u) * (L + 1),
        "W^T P_l": sum(N * S * (2 * k + 1) for k in l),
        "Q^T P_l Q": sum(N * S - i for r in rank for i in range(r))}


def listed(*words):
    code, out, err = run("compressions", *words, "--json")
    check(code == 0 and err == "", f"{words}: {code} {err}")
    return {c["label"]: c for c in json.loads(out)}


def formula(text, S, N, L, d, u, K, l_min):
    """The value of a printed formula, or None for the sum over l and estimates."""
    if text.startswith(("sum", "about")):
        return None
    t = triples(L, l_min)
    names = {"S": S, "N": N, "L": L, "d_J": d, "u_max": u, "K": K, "t": len(t),
             "u": sum(b <= c for _, b, c in t), "v": sum(a <= b <= c for a, b, c in t)}
    text = text.replace("^", "**").replace("(", " ( ").replace(")", " ) ").replace("/", " / ")
    words, behind = [], False
    for w in text.split():  # a blank between two factors is a product
        starts = w == "(" or w.split("**")[0] in names or w.isdigit()
        if starts and behind:
            words.append("*")
        words.append(w)
        behind = w == ")" or w.split("**")[0] in names or w.isdigit()
        if w.startswith("**"):
            behind = True
    return eval(" ".join(words), {}, dict(names))


first = listed()
check(len(first) == 39, f"{len(first)} labels")
check(all(isinstance(c["length"], int) for c in first.values()), "lengths are integers")
keys = {label: c["gap_fit"] for label, c in first.items()}
check(keys["nu,mu=1,1"] == "nu_R=2 nu_S=1" and keys["mu^=2"] == "nu_R=0 nu_S=0", f"{keys}")
check({k for k, v in keys.items() if v is None and not k.startswith("K")}
      - {label for label, _ in partitions()} == {"nu,mu*=1,1", "mu,nu^=1,1", "nu=2,d_J", "optimal", "W^T P_l", "Q^T P_l Q"}, f"{keys}")
answers = {label: (c["lossy"], c["invertible"]) for label, c in first.items()}
check(answers["W^T P_l"] == answers["Q^T P_l Q"] == answers["nu=2"] == ("no", "yes"), f"{answers}")
check(answers["nu,mu=1,1"] == ("depends", "depends"), f"{answers}")
check(answers["mu=2"] == answers["nu,mu*=1,1"] == ("yes", "no"), f"{answers}")

# the table of the paper's Figure S2
paper = listed("--species", 4, "--n-max", 12, "--l-max", 9)
for label, length in (("nu=2", 11760), ("nu,mu=1,1", 5760), ("nu,mu*=1,1", 4800),
                      ("nu,mu^=1,1", 480), ("nu=2,d_J", 3000), ("W^T P_l", 4800)):
    check(paper[label]["length"] == length, f"{label}: {paper[label]['length']}, not {length}")

n = 0
for S in range(1, 7):
    for N in (2, 3, 5, 8, 12):
        for L in (0, 1, 4, 10):
            d, u = min(S, 2) + (N == 5), min(N + 1, N * S)
            K, l_min = S + N, (S + N) % 3 if L > 1 else 0
            got = listed("--species", S, "--n-max", N, "--l-max", L, "--d-j", d, "--u-max", u,
                         "--K", K, "--l-min", l_min)
            want = lengths(S, N, L, d, u, K, l_min)
            check(set(got) == set(want), f"labels {set(got) ^ set(want)}")
            for label, c in got.items():
                n += 1
                check(c["length"] == want[label], f"S={S} N={N} L={L} {label}: {c['length']}")
                check(formula(c["formula"], S, N, L, d, u, K, l_min) in (None, want[label]),
                      f"S={S} N={N} L={L} {label}: {c['formula']}")
print(n, "lengths compared")
check(listed("--species", "Nb Mo Ta")["nu=2"]["length"] == pairs(24) * 7, "elements by name")
check(listed("--n-max=3", "--species=1", "--l-max=0")["optimal"]["length"] == 6, "u_max is n_max")

large = listed("--l-max", 13, "--n-max", 2, "--species", 1)
check(large["nu=3"]["length"] is None and large["K=3"]["length"] is None
      and large["nu=2"]["length"] == 42, "three factors end at l_max=12")
huge = listed("--species", 30, "--n-max", 20, "--l-max", 12, "--K", 10000)
check(huge["K=2"]["length"] == 130000 and huge["K,K,K=1,1,1"]["length"] == 10000 * len(triples(12, 0)),
      "many channels of much")
out = run("compressions", "--l-max", 4)[1]
t = triples(4, 0)
check(f" t={len(t)} u={sum(b <= c for _, b, c in t)} v={sum(a <= b <= c for a, b, c in t)}\n" in out,
      f"t, u, v: {out[:80]}")

code, out, err = run("compressions", "--species", 4, "--n-max", 12, "--l-max", 9)
check(code == 0 and err == "", f"table: {code} {err}")
for label, c in paper.items():
    check(any(line.startswith(label + " ") and f" {c['length']} " in line
              for line in out.splitlines()), f"table lacks {label} {c['length']}")
check("compressions" in run("--help")[1] and "--json" in run("compressions", "--help")[1], "help")
for words, *parts in ((["--species", 0], "--species", "1 to 118"), (["--species", "Nb Xx"], "Xx"),
                      (["--n-max", "x"], "--n-max"), (["--n-max", 41], "1 to 40"),
                      (["--l-max", -1], "--l-max"), (["--u-max", 33], "1 to 32"),
                      (["--K", 0], "--K", "1 to 10000"),
                      (["--l-min", 7], "--l-min", "0 to 6"),
                      (["--l-max", 3, "--l-min", 3], "--l-min", "0 to 2"),
                      (["--d-j", 0], "--d-j"), (["more"], "more"), (["--what"], "--what")):
    check_fails(2, parts, "compressions", *words)
done()
