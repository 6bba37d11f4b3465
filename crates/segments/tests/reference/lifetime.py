"""lifetime.py > lifetime.json: BG/NBD and Gamma-Gamma by SciPy, from the papers' own formulas.

Needs NumPy and SciPy. The likelihoods, the hypergeometric expectation and the optimiser (Nelder-Mead,
then BFGS with differences) share nothing with the Rust code.
"""

import json
import sys

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1

rng = np.random.default_rng(7)
n = 400
age = rng.integers(60, 365, n).astype(float)
rate, leave = rng.gamma(0.6, 1 / 20.0, n), rng.beta(0.9, 2.5, n)
x, last = np.zeros(n), np.zeros(n)
for i in range(n):
    now = 0.0
    while True:
        now += rng.exponential(1 / rate[i])
        if now > age[i]:
            break
        x[i], last[i] = x[i] + 1, round(now, 2)
        if rng.random() < leave[i]:
            break
mean = np.round(rng.gamma(5.0 * (x + 1), 1 / (rng.gamma(4.0, 1 / 20.0, n) * (x + 1))), 2)
count = x + 1


def bg_nbd(log_point):
    r, alpha, a, b = np.exp(log_point)
    alive = betaln(a, b + x) - betaln(a, b) + gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + age)
    dead = betaln(a + 1, b + np.maximum(x, 1) - 1) - betaln(a, b) + gammaln(r + x) - gammaln(r) + r * np.log(alpha) - (r + x) * np.log(alpha + last)
    return -np.where(x > 0, np.logaddexp(alive, dead), alive).sum()


def gamma_gamma(log_point):
    p, above, v = np.exp(log_point)
    q = 1 + above
    return -(gammaln(p * count + q) - gammaln(p * count) - gammaln(q) + q * np.log(v) + (p * count - 1) * np.log(mean)
             + p * count * np.log(count) - (p * count + q) * np.log(v + count * mean)).sum()  # fmt: skip


def fit(minus_likelihood, start):
    found = minimize(minus_likelihood, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000})
    found = minimize(minus_likelihood, found.x, method="BFGS", options={"gtol": 1e-9})
    return np.exp(found.x), -found.fun


def alive(point):
    r, alpha, a, b = point
    return np.where(x > 0, 1 / (1 + a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + last)) ** (r + x)), 1.0)


def expected(point, t):
    r, alpha, a, b = point
    growth = ((alpha + age) / (alpha + age + t)) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    return (a + b + x - 1) / (a - 1) * (1 - growth) * alive(point)


bg, bg_likelihood = fit(bg_nbd, [0, 3, 0, 0])
gg, gg_likelihood = fit(gamma_gamma, [0, 0, 1])
p, above, v = gg
cases = []
for point in [bg, (0.3, 5.0, 0.4, 1.1), (2.0, 60.0, 3.0, 0.6)]:
    for horizon in [1.0, 90.0, 2000.0]:
        cases.append({"point": list(point), "horizon": horizon, "expected": list(expected(point, horizon)[:40]), "alive": list(alive(point)[:40])})
answer = {
    "repeats": list(x), "last": list(last), "age": list(age), "mean": list(mean),
    "bg_nbd": list(bg), "bg_nbd_log_likelihood": bg_likelihood, "cases": cases,
    "gamma_gamma": [p, above + 1, v], "gamma_gamma_log_likelihood": gg_likelihood,
    "money": list(p * (v + count * mean) / (p * count + above)),
}  # fmt: skip
json.dump(answer, sys.stdout)
