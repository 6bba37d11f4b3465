//! The same model once more, one number at a time in `f64`, with padding nowhere and nothing fused:
//! slow, plain, and written from the paper. It shares no line with what it is held against.

use crate::tiny::{EPSILON, HEADS, HIDDEN, INNER, LAYERS, Tensors, Variant};

type Rows = Vec<Vec<f64>>;

/// One row a token.
pub fn forward(variant: &Variant, tensors: &Tensors, tokens: &[usize]) -> Rows {
    let get = |name: String| -> &[f32] { &tensors[&name].1 };
    let table = |name: &str| get(variant.embeddings(&format!("{name}_embeddings.weight")));
    let mut rows: Rows = Vec::new();
    for (place, &token) in tokens.iter().enumerate() {
        let mut row = vec![0.0; HIDDEN];
        for (column, value) in row.iter_mut().enumerate() {
            *value += f64::from(table("word")[token * HIDDEN + column]);
            let place = place + variant.first_position;
            *value += f64::from(table("position")[place * HIDDEN + column]);
            if variant.n_types > 0 {
                *value += f64::from(table("token_type")[column]);
            }
        }
        let weight = get(variant.embeddings("LayerNorm.weight"));
        rows.push(norm(&row, weight, get(variant.embeddings("LayerNorm.bias"))));
    }
    for layer in 0..LAYERS {
        let parts = variant.parts();
        let weight = |part: usize| get(variant.layer(layer, &format!("{}.weight", parts[part])));
        let bias = |part: usize| get(variant.layer(layer, &format!("{}.bias", parts[part])));
        let apply = |rows: &Rows, part: usize, outputs: usize| -> Rows {
            rows.iter().map(|row| linear(row, weight(part), bias(part), outputs)).collect()
        };
        let (q, k, v) = (apply(&rows, 0, HIDDEN), apply(&rows, 1, HIDDEN), apply(&rows, 2, HIDDEN));
        let attended = apply(&attend(&q, &k, &v), 3, HIDDEN);
        rows = add_norm(&rows, &attended, weight(4), bias(4));
        let mut inner = apply(&rows, 5, INNER);
        inner.iter_mut().flatten().for_each(|x| *x = activate(variant.activation, *x));
        let outer = apply(&inner, 6, HIDDEN);
        rows = add_norm(&rows, &outer, weight(7), bias(7));
    }
    rows
}

/// The mean of the rows, scaled to length 1.
pub fn mean(rows: &Rows) -> Vec<f64> {
    let sum = |column: usize| rows.iter().map(|row| row[column]).sum::<f64>();
    unit((0..HIDDEN).map(sum).collect())
}

pub fn unit(vector: Vec<f64>) -> Vec<f64> {
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    vector.iter().map(|x| x / length).collect()
}

fn linear(row: &[f64], weight: &[f32], bias: &[f32], outputs: usize) -> Vec<f64> {
    let dot = |output: usize| -> f64 {
        let weights = &weight[output * row.len()..(output + 1) * row.len()];
        row.iter().zip(weights).map(|(x, &w)| x * f64::from(w)).sum()
    };
    (0..outputs).map(|output| dot(output) + f64::from(bias[output])).collect()
}

fn attend(q: &Rows, k: &Rows, v: &Rows) -> Rows {
    let width = HIDDEN / HEADS;
    let mut result = vec![vec![0.0; HIDDEN]; q.len()];
    for head in 0..HEADS {
        let span = head * width..(head + 1) * width;
        for (query, result) in q.iter().zip(&mut result) {
            let score = |key: &Vec<f64>| -> f64 {
                let products = query[span.clone()].iter().zip(&key[span.clone()]);
                products.map(|(a, b)| a * b).sum::<f64>() / (width as f64).sqrt()
            };
            let weights: Vec<f64> = k.iter().map(|key| score(key).exp()).collect();
            let total: f64 = weights.iter().sum();
            for (weight, value) in weights.iter().zip(v) {
                for column in span.clone() {
                    result[column] += weight / total * value[column];
                }
            }
        }
    }
    result
}

fn add_norm(a: &Rows, b: &Rows, weight: &[f32], bias: &[f32]) -> Rows {
    let add = |(a, b): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
        a.iter().zip(b).map(|(x, y)| x + y).collect()
    };
    a.iter().zip(b).map(add).map(|row| norm(&row, weight, bias)).collect()
}

fn norm(row: &[f64], weight: &[f32], bias: &[f32]) -> Vec<f64> {
    let n = row.len() as f64;
    let mean = row.iter().sum::<f64>() / n;
    let variance = row.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
    let scaled = row.iter().map(|x| (x - mean) / (variance + EPSILON).sqrt());
    scaled
        .zip(weight.iter().zip(bias))
        .map(|(x, (&w, &b))| x * f64::from(w) + f64::from(b))
        .collect()
}

fn activate(name: &str, x: f64) -> f64 {
    match name {
        "gelu" => 0.5 * x * (1.0 + erf(x / 2f64.sqrt())),
        "gelu_new" => {
            let u = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
            0.5 * x * (1.0 + u.tanh())
        }
        _ => x.max(0.0),
    }
}

/// By the series of the error function, or its limit where the series loses digits.
fn erf(x: f64) -> f64 {
    if x.abs() > 5.0 {
        return x.signum();
    }
    let (mut term, mut sum) = (x, x);
    for n in 1..300 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}
