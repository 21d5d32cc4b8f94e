"""Writes scipy-quantiles.json: what distributions.test.ts compares with. Needs SciPy; the file says which made it.

    python3 scipy_quantiles.py > scipy-quantiles.json

Dunnett's quantile is the root of a double integral by Gauss-Legendre rules on SciPy's densities; the library uses trapezoids on its own.
"""

import json
import sys

import numpy as np
import scipy
from scipy import optimize, stats


def gauss(low, high, n=400):
    x, w = np.polynomial.legendre.leggauss(n)
    return (high - low) / 2 * x + (high + low) / 2, (high - low) / 2 * w


def dunnett(probability, k, df):
    scale = stats.chi(df, scale=1 / np.sqrt(df))
    s, ws = gauss(scale.ppf(1e-15), scale.isf(1e-15))
    z, wz = gauss(-9, 9)
    ws, wz = ws * scale.pdf(s), wz * stats.norm.pdf(z)

    def excess(c):
        reach = np.sqrt(2) * c * s[:, None]
        return ws @ ((stats.norm.cdf(reach + z) - stats.norm.cdf(z - reach)) ** k @ wz) - probability

    return optimize.brentq(excess, 0.5, 60, xtol=1e-10)


values = {
    "scipy": scipy.__version__,
    "numpy": np.__version__,
    "python": sys.version.split()[0],
    "normal": [[p, stats.norm.ppf((1 + p) / 2)] for p in (0.5, 0.9, 0.95, 0.99, 0.95 ** (1 / 20), 0.999999)],
    "student": [
        [p, df, stats.t.ppf((1 + p) / 2, df)]
        for p in (0.5, 0.95, 0.955, 0.95 ** (1 / 20), 0.9999)
        for df in (1, 2, 3, 4, 5, 9, 18, 40, 180, 1999)
    ],
    "fisher": [
        [p, a, b, stats.f.ppf(p, a, b)]
        for p in (0.5, 0.95, 0.99)
        for a, b in ((1, 1), (1, 9), (2, 1), (2, 2), (2, 38), (4, 76), (9, 171), (9, 5), (30, 30))
    ],
    "dunnett": [
        [p, k, df, dunnett(p, k, df)]
        for p in (0.9, 0.95, 0.955)
        for k, df in ((2, 2), (2, 10), (3, 3), (3, 6), (9, 20), (20, 20), (20, 40), (20, 180))
    ],
    "sidak": [[p, n, p ** (1 / n)] for p in (0.9, 0.95) for n in (1, 2, 20, 61)],
}
print(json.dumps(values, indent=1))
