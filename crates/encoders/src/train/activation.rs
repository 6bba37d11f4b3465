use fenqun_base::Matrix;
use serde::{Deserialize, Serialize};

use crate::bert::vector::{erf, exp, widest};

/// What stands between two products.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// max(0, x).
    Relu,
    /// x · Φ(x), Φ the normal distribution.
    #[default]
    Gelu,
}

impl Activation {
    pub(super) fn apply(self, rows: &Matrix) -> Matrix {
        let mut result = rows.clone();
        let values = result.values_mut();
        match self {
            Self::Relu => values.iter_mut().for_each(|x| *x = if *x < 0.0 { 0.0 } else { *x }),
            Self::Gelu => widest(|| values.iter_mut().for_each(|x| *x *= normal(*x))),
        }
        result
    }

    /// The slope by what came in, from the slope by the result.
    pub(super) fn backward(self, rows: &Matrix, mut slope: Matrix) -> Matrix {
        let pairs = slope.values_mut().iter_mut().zip(rows.values());
        match self {
            Self::Relu => pairs.for_each(|(slope, &x)| *slope *= f32::from(u8::from(x > 0.0))),
            Self::Gelu => widest(|| {
                pairs.for_each(|(slope, &x)| {
                    const DENSITY: f32 = 0.398_942_3;
                    *slope *= normal(x) + x * DENSITY * exp(-0.5 * x * x);
                });
            }),
        }
        slope
    }
}

/// Φ(x) = (1 + erf(x/√2)) / 2.
#[inline(always)]
fn normal(x: f32) -> f32 {
    0.5 * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
}
