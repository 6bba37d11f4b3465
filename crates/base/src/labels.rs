use rand_chacha::rand_core::Rng as _;

use crate::{DataError, NO_CODE, Seed};

/// What the shop already knows of its users: one class a row, by name.
///
/// Classes stand in the order of their names in `classes`; a row without a label has the code
/// [`NO_CODE`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// One code a row: an index into `classes`, or [`NO_CODE`] where nothing is known.
    pub codes: Vec<u32>,
}

impl Labels {
    /// Checks that every code names a class.
    ///
    /// # Errors
    /// [`DataError::Parameter`] for a code outside `classes`.
    pub fn new(classes: Vec<String>, codes: Vec<u32>) -> Result<Self, DataError> {
        let n_classes = classes.len();
        let is_wrong = |&&code: &&u32| code != NO_CODE && code as usize >= n_classes;
        if let Some(&code) = codes.iter().find(is_wrong) {
            let rule = format!("below {n_classes}");
            return Err(DataError::Parameter { name: "label", rule, found: code.to_string() });
        }
        Ok(Self { classes, codes })
    }

    /// Labels from words, `None` where nothing is known; classes in the order of their names.
    #[must_use]
    pub fn from_words<S: AsRef<str>>(words: &[Option<S>]) -> Self {
        let mut classes: Vec<String> =
            words.iter().flatten().map(|word| word.as_ref().to_owned()).collect();
        classes.sort_unstable();
        classes.dedup();
        let code_of = |word: &Option<S>| {
            let word = word.as_ref()?.as_ref();
            classes.binary_search_by(|class| class.as_str().cmp(word)).ok()
        };
        let codes = words.iter().map(|word| code_of(word).map_or(NO_CODE, |at| at as u32));
        let codes = codes.collect();
        Self { classes, codes }
    }

    /// Number of classes.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.classes.len()
    }

    /// Labelled rows of each class.
    #[must_use]
    pub fn counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.classes.len()];
        for &code in self.codes.iter().filter(|&&code| code != NO_CODE) {
            counts[code as usize] += 1;
        }
        counts
    }

    /// Rows that have a label, in order.
    #[must_use]
    pub fn labelled(&self) -> Vec<usize> {
        (0..self.codes.len()).filter(|&row| self.codes[row] != NO_CODE).collect()
    }

    /// The labels at `rows`, in that order; classes stay the same.
    #[must_use]
    pub fn select(&self, rows: &[usize]) -> Self {
        let codes = rows.iter().map(|&row| self.codes[row]).collect();
        Self { classes: self.classes.clone(), codes }
    }

    /// What every head asks before it fits: a code for every row, two classes at least, and an
    /// example of each.
    ///
    /// # Errors
    /// [`DataError::WrongLength`], [`DataError::Empty`]; [`DataError::Labels`] for fewer than two
    /// classes or a class without example.
    pub fn check(&self, n_rows: usize) -> Result<(), DataError> {
        if self.codes.len() != n_rows {
            let (expected, found) = (n_rows, self.codes.len());
            return Err(DataError::WrongLength { what: "labels", expected, found });
        }
        let counts = self.counts();
        if counts.iter().sum::<usize>() == 0 {
            return Err(DataError::Empty);
        }
        if let [only] = &self.classes[..] {
            let reason = format!("all users are `{only}`: there is nothing to tell apart");
            return Err(DataError::Labels { reason });
        }
        match counts.iter().position(|&count| count == 0) {
            None => Ok(()),
            Some(class) => {
                let reason = format!(
                    "class `{}` has no example among the users given: bring some, or leave the \
                     class out",
                    self.classes[class]
                );
                Err(DataError::Labels { reason })
            }
        }
    }

    /// Which of `n_folds` folds each row is in, stratified: every class is spread evenly, and folds
    /// differ in size by no more than the number of classes. A row without label has the fold
    /// [`NO_CODE`].
    ///
    /// Rows of a class are shuffled by the seed and dealt out in turn, each class beginning where
    /// the one before ended.
    #[must_use]
    pub fn folds(&self, n_folds: usize, seed: Seed) -> Vec<u32> {
        let mut folds = vec![NO_CODE; self.codes.len()];
        let mut rng = seed.rng();
        let mut next = 0;
        for class in 0..self.classes.len() as u32 {
            let mut rows: Vec<(u64, usize)> = (0..self.codes.len())
                .filter(|&row| self.codes[row] == class)
                .map(|row| (rng.next_u64(), row))
                .collect();
            rows.sort_unstable();
            for (_, row) in rows {
                folds[row] = (next % n_folds.max(1)) as u32;
                next += 1;
            }
        }
        folds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_codes_in_the_order_of_names() {
        let labels = Labels::from_words(&[Some("low"), None, Some("high"), Some("low")]);
        assert_eq!(labels.classes, ["high", "low"]);
        assert_eq!(labels.codes, [1, NO_CODE, 0, 1]);
        assert_eq!((labels.counts(), labels.labelled()), (vec![1, 2], vec![0, 2, 3]));
        assert_eq!(labels.select(&[2, 1]).codes, [0, NO_CODE]);
    }

    #[test]
    fn folds_spread_every_class_evenly_and_leave_the_unlabelled_out() {
        let codes = (0..103).map(|row| if row % 10 == 9 { NO_CODE } else { (row % 3) as u32 });
        let classes = ["a", "b", "c"].map(str::to_owned).to_vec();
        let labels = Labels::new(classes, codes.collect()).expect("codes fit");
        let folds = labels.folds(5, Seed(3));
        assert_eq!(folds, labels.folds(5, Seed(3)));
        assert_ne!(folds, labels.folds(5, Seed(4)));
        for class in 0..3 {
            let of = |fold| {
                (0..103).filter(|&row| labels.codes[row] == class && folds[row] == fold).count()
            };
            let counts: Vec<usize> = (0..5).map(of).collect();
            let (most, least) = (counts.iter().max(), counts.iter().min());
            assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{counts:?}");
        }
        assert!((0..103).all(|row| (folds[row] == NO_CODE) == (labels.codes[row] == NO_CODE)));
    }

    #[test]
    fn labels_that_teach_nothing_are_refused() {
        let same = Labels::from_words(&[Some("yes"), Some("yes")]);
        assert!(same.check(2).expect_err("one class").to_string().contains("all users are `yes`"));
        let two = Labels::from_words(&[Some("yes"), Some("no")]);
        assert_eq!(two.check(2), Ok(()));
        let error = two.select(&[0]).check(1).expect_err("no example of `no`");
        assert!(error.to_string().contains("class `no` has no example"));
        assert!(matches!(two.check(3), Err(DataError::WrongLength { .. })));
        let none: Labels = Labels::from_words::<&str>(&[None]);
        assert_eq!(none.check(1), Err(DataError::Empty));
        assert!(Labels::new(vec!["a".into()], vec![1]).is_err());
    }
}
