use fenqun_base::{DataError, Matrix, Seed, SparseMatrix, Stored};
use rand::RngExt;

use super::{CategoryTaste, CategoryTasteModel, TextTaste, TextTasteModel};

/// Three tastes of four columns each, at very different volumes; the last user has nothing.
fn counts() -> SparseMatrix {
    let mut rng = Seed(5).rng();
    let mut counts = SparseMatrix::with_width(12);
    for user in 0u32..90 {
        let volume = f32::from(1 + rng.random_range(0u8..100));
        let mut entries: Vec<(u32, f32)> = (0..4)
            .map(|place| (user % 3 * 4 + place, (volume * rng.random::<f32>()).round()))
            .collect();
        entries.push((rng.random_range(0u32..12), 1.0));
        counts.push_row(&mut entries).expect("fits");
    }
    counts.push_row(&mut []).expect("fits");
    counts
}

/// Texts of one taste have like vectors, on top of what all share.
fn vectors() -> Matrix {
    let rows: Vec<[f32; 5]> = (0u8..12)
        .map(|text| {
            let mut row = [1.0, 0.0, 0.0, 0.0, f32::from(text) * 0.01];
            row[usize::from(text / 4) + 1] = 1.0;
            row
        })
        .collect();
    Matrix::from_rows(&rows).expect("equal rows")
}

fn assert_taste_alone_counts(taste: &Matrix) {
    let distance = |a: usize, b: usize| -> f32 {
        let pairs = taste.row(a).iter().zip(taste.row(b));
        pairs.map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
    };
    let mean = |pairs: &dyn Fn(usize, usize) -> bool| {
        let mut sum = (0.0, 0.0);
        for a in 0..90 {
            for b in (0..a).filter(|&b| pairs(a, b)) {
                sum = (sum.0 + distance(a, b), sum.1 + 1.0);
            }
        }
        sum.0 / sum.1
    };
    let (same, other) = (mean(&|a, b| a % 3 == b % 3), mean(&|a, b| a % 3 != b % 3));
    assert!(other > 3.0 * same, "same taste {same}, other taste {other}");
    assert_eq!(taste.row(90), [0.0, 0.0], "nothing known: the average taste");
}

fn category() -> CategoryTaste {
    CategoryTaste { min_users: 3, dimensions: 3, n_coordinates: 2 }
}

fn text() -> TextTaste {
    TextTaste { n_coordinates: 2, ..TextTaste::default() }
}

#[test]
fn users_of_one_taste_lie_together_whatever_they_spend() {
    let counts = counts();
    let model = category().fit(&counts, Seed(1)).expect("fits");
    assert_taste_alone_counts(&model.coordinates(&counts).expect("same columns"));
    let model = text().fit(&counts, &vectors()).expect("fits");
    assert_taste_alone_counts(&model.coordinates(&counts, &vectors()).expect("same texts"));
}

#[test]
fn stored_models_answer_the_same() {
    let counts = counts();
    let model = category().fit(&counts, Seed(1)).expect("fits");
    assert_eq!(CategoryTasteModel::from_state(&model.state()).expect("reads"), model);
    let model = text().fit(&counts, &vectors()).expect("fits");
    assert_eq!(TextTasteModel::from_state(&model.state()).expect("reads"), model);
}

#[test]
fn the_order_of_users_does_not_matter_to_coordinates() {
    let counts = counts();
    let backwards: Vec<usize> = (0..91).rev().collect();
    let model = category().fit(&counts, Seed(1)).expect("fits");
    let straight = model.coordinates(&counts).expect("same columns");
    let reversed = model.coordinates(&counts.select_rows(&backwards)).expect("same columns");
    assert_eq!(reversed.select_rows(&backwards), straight);
}

#[test]
fn a_refit_is_a_fit_on_some_rows_and_the_places_of_all() {
    let rows: Vec<usize> = (0..91).map(|at| at * 7 % 50).collect();
    let model = text().fit(&counts().select_rows(&rows), &vectors()).expect("fits");
    let places = model.coordinates(&counts(), &vectors());
    assert_eq!(text().refit(&counts(), &vectors(), &rows), places);
    assert_ne!(text().refit(&counts(), &vectors(), &rows[..20]), places);
}

#[test]
fn a_small_shop_has_as_many_coordinates_as_directions() {
    let many = CategoryTaste { n_coordinates: 3, ..category() };
    let model = many.fit(&counts(), Seed(1)).expect("3 dimensions less the first are 2");
    assert_eq!(model.coordinates(&counts()).expect("same columns").n_columns(), 2);
}

#[test]
fn bad_input_is_refused() {
    let counts = counts();
    let none = CategoryTaste { n_coordinates: 0, ..category() };
    let error = none.fit(&counts, Seed(1)).expect_err("no coordinates");
    assert!(matches!(error, DataError::Parameter { name: "n_coordinates", .. }));
    let empty = SparseMatrix::with_width(12);
    assert_eq!(category().fit(&empty, Seed(1)), Err(DataError::Empty));
    let short = vectors().select_rows(&[0, 1]);
    let error = text().fit(&counts, &short).expect_err("texts without vector");
    assert_eq!(error, DataError::WrongLength { what: "text vectors", expected: 12, found: 2 });
    let mut bad = vectors();
    bad.row_mut(2)[1] = f32::NAN;
    let error = text().fit(&counts, &bad).expect_err("NaN");
    assert!(matches!(error, DataError::NotFinite { row: 2, column: 1, .. }));
    let model = text().fit(&counts, &vectors()).expect("fits");
    assert!(model.coordinates(&counts, &Matrix::zeros(12, 4)).is_err());
    assert!(model.coordinates(&SparseMatrix::with_width(3), &vectors()).is_err());
}

#[test]
fn parts_of_categories_add_up_to_the_place_along_any_direction() {
    let counts = counts();
    let model = CategoryTaste { dimensions: 8, ..CategoryTaste::default() };
    let model = model.fit(&counts, Seed(7)).expect("fits");
    let coordinates = model.coordinates(&counts).expect("same columns");
    for direction in [[1.0, 0.0, 0.0], [0.3, -2.0, 0.7]] {
        let origin = model.origin(&direction).expect("three coordinates");
        for row in 0..90 {
            let place: f64 =
                coordinates.row(row).iter().zip(direction).map(|(&a, b)| f64::from(a) * b).sum();
            let parts = model.parts_along(&counts, row, &direction).expect("a row");
            assert_eq!(parts.len(), counts.entries(row).len(), "one part a category");
            let sum: f64 = parts.iter().map(|part| part.1).sum();
            assert!((sum - origin - place).abs() < 1e-6, "user {row}: {sum} and {place}");
        }
    }
    assert_eq!(model.parts_along(&counts, 90, &[1.0; 3]), Ok(Vec::new()), "nothing to tell by");
    assert!(model.parts_along(&counts, 0, &[1.0]).is_err());
}

#[test]
fn parts_of_texts_add_up_to_the_place_along_any_direction() {
    let (counts, vectors) = (counts(), vectors());
    let model = TextTaste::default().fit(&counts, &vectors).expect("fits");
    let coordinates = model.coordinates(&counts, &vectors).expect("same texts");
    let direction = [0.3, -2.0, 0.7];
    let origin = model.origin(&direction).expect("three coordinates");
    for row in 0..90 {
        let place: f64 =
            coordinates.row(row).iter().zip(direction).map(|(&a, b)| f64::from(a) * b).sum();
        let parts = model.parts_along(&counts, &vectors, row, &direction).expect("a row");
        let sum: f64 = parts.iter().map(|part| part.1).sum();
        assert!((sum - origin - place).abs() < 2e-6, "user {row}: {sum} and {place}");
    }
    assert_eq!(model.parts_along(&counts, &vectors, 90, &[1.0; 3]), Ok(Vec::new()));
}
