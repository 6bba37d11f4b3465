//! Log likelihoods with their first and second derivatives.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::history::{History, Spending};
use super::newton::Slope;
use super::special::{digamma, ln_gamma, trigamma};

/// Users in a piece of parallel work; sums are added piece by piece, in order.
const CHUNK: usize = 8192;

/// How many users have each count: what gamma functions are asked for, once a count.
pub(super) fn tally(counts: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    let mut tally = BTreeMap::new();
    for count in counts {
        // Whole numbers: the order of their bits is theirs.
        *tally.entry(count.to_bits()).or_insert(0.0) += 1.0;
    }
    tally.into_iter().map(|(bits, n)| (f64::from_bits(bits), n)).collect()
}

/// Mean over the users of `each`, always added in the same order.
fn mean<T: Sync, const N: usize>(users: &[T], each: impl Fn(&T, &mut Slope<N>) + Sync) -> Slope<N> {
    let sum = |chunk: &[T]| {
        let mut sum = Slope::default();
        chunk.iter().for_each(|user| each(user, &mut sum));
        sum
    };
    let parts: Vec<Slope<N>> = users.par_chunks(CHUNK).map(sum).collect();
    let mut mean = Slope::default();
    parts.iter().for_each(|part| mean.add(part, 1.0 / users.len() as f64));
    mean
}

/// Mean log likelihood of BG/NBD at (r, α, a, b).
pub(super) fn bg_nbd(users: &[History], tally: &[(f64, f64)], point: &[f64; 4]) -> Slope<4> {
    let [r, alpha, a, b] = *point;
    let mut slope = mean(users, |user, sum| died_or_not(user, point, sum));
    for &(x, n) in tally {
        let weight = n / users.len() as f64;
        // ln Γ(r+x) − ln Γ(r) + r ln α, and ln B(a, b+x) − ln B(a, b).
        let by_count = Slope {
            value: ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + ln_gamma(b + x) - ln_gamma(b)
                + ln_gamma(a + b)
                - ln_gamma(a + b + x),
            gradient: [
                digamma(r + x) - digamma(r) + alpha.ln(),
                r / alpha,
                digamma(a + b) - digamma(a + b + x),
                digamma(b + x) - digamma(b) + digamma(a + b) - digamma(a + b + x),
            ],
            hessian: {
                let both = trigamma(a + b) - trigamma(a + b + x);
                [
                    [trigamma(r + x) - trigamma(r), 1.0 / alpha, 0.0, 0.0],
                    [1.0 / alpha, -r / (alpha * alpha), 0.0, 0.0],
                    [0.0, 0.0, both, both],
                    [0.0, 0.0, both, trigamma(b + x) - trigamma(b) + both],
                ]
            },
        };
        slope.add(&by_count, weight);
    }
    slope
}

/// Adds ln(alive + dead) of one user: α+T to the power −(r+x), and a / (b+x−1) times the same of
/// α+tₓ.
fn died_or_not(user: &History, point: &[f64; 4], sum: &mut Slope<4>) {
    let [r, alpha, a, b] = *point;
    let History { repeats: x, last, age } = *user;
    let (at_end, count) = (alpha + age, r + x);
    let alive = -count * at_end.ln();
    let of_alive = [-at_end.ln(), -count / at_end];
    if x == 0.0 {
        sum.value += alive;
        sum.gradient[0] += of_alive[0];
        sum.gradient[1] += of_alive[1];
        sum.hessian[0][1] -= 1.0 / at_end;
        sum.hessian[1][0] -= 1.0 / at_end;
        sum.hessian[1][1] += count / (at_end * at_end);
        return;
    }
    let (at_last, left) = (alpha + last, b + x - 1.0);
    let dead = a.ln() - left.ln() - count * at_last.ln();
    // The larger one is taken out, so that nothing overflows.
    let most = alive.max(dead);
    let (of_first, of_second) = ((alive - most).exp(), (dead - most).exp());
    sum.value += most + (of_first + of_second).ln();
    let share = of_second / (of_first + of_second);
    let of_alive = [of_alive[0], of_alive[1], 0.0, 0.0];
    let of_dead = [-at_last.ln(), -count / at_last, 1.0 / a, -1.0 / left];
    let mix = |alive: f64, dead: f64| (1.0 - share) * alive + share * dead;
    for i in 0..4 {
        sum.gradient[i] += mix(of_alive[i], of_dead[i]);
        for j in 0..4 {
            let apart = (of_alive[i] - of_dead[i]) * (of_alive[j] - of_dead[j]);
            sum.hessian[i][j] += share * (1.0 - share) * apart;
        }
    }
    let cross = mix(-1.0 / at_end, -1.0 / at_last);
    sum.hessian[0][1] += cross;
    sum.hessian[1][0] += cross;
    sum.hessian[1][1] += mix(count / (at_end * at_end), count / (at_last * at_last));
    sum.hessian[2][2] -= share / (a * a);
    sum.hessian[3][3] += share / (left * left);
}

/// Mean log likelihood of Gamma-Gamma at (p, q − 1, v).
pub(super) fn gamma_gamma(users: &[Spending], tally: &[(f64, f64)], point: &[f64; 3]) -> Slope<3> {
    let [p, above, v] = *point;
    let q = 1.0 + above;
    let mut slope = mean(users, |user, sum: &mut Slope<3>| {
        let (x, m) = (user.purchases, user.mean);
        let (total, shape) = (x * m + v, p * x + q);
        // p (x ln m + x ln x) − ln m − (p x + q) ln(x m + v).
        sum.value += p * x * (m.ln() + x.ln()) - m.ln() - shape * total.ln();
        sum.gradient[0] += x * (m.ln() + x.ln() - total.ln());
        sum.gradient[1] -= total.ln();
        sum.gradient[2] -= shape / total;
        for (i, j, value) in [(0, 2, x / total), (1, 2, 1.0 / total)] {
            sum.hessian[i][j] -= value;
            sum.hessian[j][i] -= value;
        }
        sum.hessian[2][2] += shape / (total * total);
    });
    for &(x, n) in tally {
        let weight = n / users.len() as f64;
        let (sum_psi, sum_slope) = (digamma(p * x + q), trigamma(p * x + q));
        let by_count = Slope {
            value: ln_gamma(p * x + q) - ln_gamma(p * x) - ln_gamma(q) + q * v.ln(),
            gradient: [x * (sum_psi - digamma(p * x)), sum_psi - digamma(q) + v.ln(), q / v],
            hessian: [
                [x * x * (sum_slope - trigamma(p * x)), x * sum_slope, 0.0],
                [x * sum_slope, sum_slope - trigamma(q), 1.0 / v],
                [0.0, 1.0 / v, -q / (v * v)],
            ],
        };
        slope.add(&by_count, weight);
    }
    slope
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Central differences of the value give the gradient, of the gradient the second derivative.
    fn check<const N: usize>(at: impl Fn(&[f64; N]) -> Slope<N>, point: [f64; N]) {
        let slope = at(&point);
        for i in 0..N {
            let step = 1e-5 * point[i];
            let (mut up, mut down) = (point, point);
            up[i] += step;
            down[i] -= step;
            let (up, down) = (at(&up), at(&down));
            let near = |found: f64, known: f64| (found - known).abs() < 1e-5 * known.abs().max(1.0);
            let difference = (up.value - down.value) / (2.0 * step);
            assert!(near(slope.gradient[i], difference), "{i}: {} {difference}", slope.gradient[i]);
            for j in 0..N {
                let difference = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                assert!(near(slope.hessian[j][i], difference), "{i} {j}: {difference}");
            }
        }
    }

    #[test]
    fn derivatives_agree_with_differences() {
        let user = |repeats, last, age| History { repeats, last, age };
        let users =
            [user(0.0, 0.0, 3.0), user(1.0, 0.5, 2.0), user(7.0, 3.0, 3.5), user(2.0, 0.0, 1.0)];
        let counts = tally(users.iter().map(|user| user.repeats));
        check(|point| bg_nbd(&users, &counts, point), [0.3, 2.0, 0.8, 2.5]);
        check(|point| bg_nbd(&users, &counts, point), [5.0, 0.4, 3.0, 0.2]);
        let spends = [(1.0, 20.0), (3.0, 4.5), (12.0, 33.0)];
        let spends = spends.map(|(purchases, mean)| Spending { purchases, mean });
        let counts = tally(spends.iter().map(|user| user.purchases));
        check(|point| gamma_gamma(&spends, &counts, point), [6.0, 2.6, 15.0]);
        check(|point| gamma_gamma(&spends, &counts, point), [0.4, 0.1, 2.0]);
    }
}
