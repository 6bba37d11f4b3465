use fenqun_base::{DataError, Fitted, Labels, Matrix, NO_CODE, Seed, Soft, Supervised};
use rayon::prelude::*;

/// What a head says of labelled users it has not learned from: the labels are dealt into `n_folds`
/// stratified folds, and each fold is asked of a head fitted on the others.
///
/// One row a row of the data, one column a class; a row without label is all zeros. A class whose
/// only examples are in the fold asked about has share 0 there.
///
/// # Errors
/// What the head refuses; [`DataError::Parameter`] for fewer than 2 folds.
pub fn out_of_fold<S: Supervised>(
    params: &S,
    data: &Matrix,
    labels: &Labels,
    n_folds: usize,
    seed: Seed,
) -> Result<Matrix, DataError> {
    if n_folds < 2 {
        let (rule, found) = ("2 or more".to_owned(), n_folds.to_string());
        return Err(DataError::Parameter { name: "n_folds", rule, found });
    }
    labels.check(data.n_rows())?;
    let folds = labels.folds(n_folds, seed.derive("out of fold"));
    out_of_fold_on(params, data, labels, &folds, seed)
}

/// The same on folds that others share; `folds` has one number a row, [`NO_CODE`] for rows that
/// are not asked about.
///
/// # Errors
/// What the head refuses.
pub(crate) fn out_of_fold_on<S: Supervised>(
    params: &S,
    data: &Matrix,
    labels: &Labels,
    folds: &[u32],
    seed: Seed,
) -> Result<Matrix, DataError> {
    let last = folds.iter().filter(|&&fold| fold != NO_CODE).max();
    let n_folds = last.map_or(0, |&last| last + 1);
    let answers: Vec<(Vec<usize>, Matrix)> = (0..n_folds)
        .into_par_iter()
        .map(|fold| {
            let asked: Vec<usize> = (0..folds.len()).filter(|&row| folds[row] == fold).collect();
            let seed = seed.nth(fold as usize);
            let shares = ask(params, data, &without(labels, &asked), &asked, seed)?;
            Ok((asked, shares))
        })
        .collect::<Result<_, DataError>>()?;
    let mut shares = Matrix::zeros(data.n_rows(), labels.n_classes());
    for (asked, answer) in &answers {
        for (&row, own) in asked.iter().zip(answer.rows()) {
            shares.row_mut(row).copy_from_slice(own);
        }
    }
    Ok(shares)
}

fn without(labels: &Labels, asked: &[usize]) -> Labels {
    let mut labels = labels.clone();
    asked.iter().for_each(|&row| labels.codes[row] = NO_CODE);
    labels
}

/// Fits on the labels given and asks about the rows `asked`; classes without example are left out
/// of the fit and have share 0.
fn ask<S: Supervised>(
    params: &S,
    data: &Matrix,
    labels: &Labels,
    asked: &[usize],
    seed: Seed,
) -> Result<Matrix, DataError> {
    let counts = labels.counts();
    let kept: Vec<usize> = (0..counts.len()).filter(|&class| counts[class] > 0).collect();
    let rows = data.select_rows(asked);
    if kept.len() == counts.len() {
        return params.fit(data, labels, seed)?.probabilities(&rows);
    }
    let mut shares = Matrix::zeros(asked.len(), counts.len());
    if let [only] = kept[..] {
        (0..asked.len()).for_each(|row| shares.row_mut(row)[only] = 1.0);
        return Ok(shares);
    }
    let place = |code: u32| kept.iter().position(|&class| class == code as usize);
    let codes = labels.codes.iter().map(|&code| place(code).map_or(NO_CODE, |at| at as u32));
    let codes = codes.collect();
    let classes = kept.iter().map(|&class| labels.classes[class].clone()).collect();
    let fewer = params.for_classes(&kept);
    let params = fewer.as_ref().unwrap_or(params);
    let model = params.fit(data, &Labels { classes, codes }, seed)?;
    debug_assert_eq!(model.n_segments(), kept.len());
    for (row, own) in model.probabilities(&rows)?.rows().enumerate() {
        for (&class, &share) in kept.iter().zip(own) {
            shares.row_mut(row)[class] = share;
        }
    }
    Ok(shares)
}
