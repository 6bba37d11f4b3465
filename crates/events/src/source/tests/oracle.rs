//! Rows are those that `csv-core`, an independent reader, finds.

use csv_core::{ReadRecordResult, ReaderBuilder};
use proptest::prelude::*;

use super::{TempFile, read};
use crate::source::{Dialect, MalformedReason};

/// Every record of a CSV as `csv-core` takes it apart.
fn oracle(content: &[u8]) -> Vec<Vec<String>> {
    let mut reader = ReaderBuilder::new().terminator(csv_core::Terminator::Any(b'\n')).build();
    let mut rows = Vec::new();
    let (mut output, mut ends) = (vec![0; content.len() + 1], vec![0; content.len() + 1]);
    let (mut at, mut n_output, mut n_ends) = (0, 0, 0);
    loop {
        let (result, n_in, n_out, n) =
            reader.read_record(&content[at..], &mut output[n_output..], &mut ends[n_ends..]);
        (at, n_output, n_ends) = (at + n_in, n_output + n_out, n_ends + n);
        match result {
            ReadRecordResult::Record => {
                let mut start = 0;
                let fields = ends[..n_ends].iter().map(|&end| {
                    let field = String::from_utf8_lossy(&output[start..end]).into_owned();
                    start = end;
                    field
                });
                rows.push(fields.collect());
                (n_output, n_ends) = (0, 0);
            }
            ReadRecordResult::End => return rows,
            ReadRecordResult::InputEmpty => {}
            full => panic!("the buffers hold all of the file: {full:?}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Any soup of quotes, delimiters and breaks whose last quote is closed.
    #[test]
    fn any_soup_of_quotes_is_cut_as_the_oracle_cuts_it(
        soup in proptest::collection::vec(
            prop_oneof![
                Just("\""), Just("\"\""), Just(","), Just(","), Just("\n"), Just("a"),
                Just("bc"), Just(" "), Just("\"x\""), Just("\"y\"\"z\""), Just("中"),
            ],
            0..60,
        ),
    ) {
        let content = format!("h1,h2\n0,0\n{}\n", soup.concat());
        let file = TempFile::new("soup.csv", content.as_bytes());
        let Ok(found) = read(&file.path, &Dialect::default(), &["h1", "h2"]) else {
            // Only a quote that stays open is refused, which the oracle does not tell.
            return Ok(());
        };
        let rows = oracle(content.as_bytes());
        let (even, ragged): (Vec<_>, Vec<_>) = rows[1..].iter().partition(|row| row.len() == 2);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let found_rows: Vec<Vec<String>> =
            found.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        prop_assert_eq!(found_rows.iter().collect::<Vec<_>>(), even);
        let widths: Vec<_> = ragged.iter().map(|row| row.len()).collect();
        let found_widths: Vec<_> = found.malformed.iter().map(|row| match row.reason {
            MalformedReason::RaggedRow { found, .. } => found,
            other => panic!("{other:?}"),
        }).collect();
        prop_assert_eq!(found_widths, widths);
    }
}
