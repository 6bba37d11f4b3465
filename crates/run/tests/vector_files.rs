//! The pair of files `client_ids.npy` and `embeddings.npy`, as numpy writes them
//! (`reference/vectors.py` made them), and hostile ones.

use std::fs;
use std::path::Path;

use fenqun_base::UserId;
use fenqun_run::RunError;
use fenqun_run::behaviour::{VectorFault, check_vectors, read_vectors};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    users: Vec<String>,
    vectors: Vec<Vec<f32>>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    ids: String,
    /// Empty: 5 × 2049 zeros.
    vectors: String,
    error: Option<String>,
}

fn reference() -> (Reference, Vec<UserId>) {
    let reference: Reference =
        serde_json::from_str(include_str!("reference/vectors.json")).expect("JSON");
    let users = reference.users.iter().map(|user| UserId::parse(user).expect("32 digits"));
    let users = users.collect();
    (reference, users)
}

fn bytes(digits: &str) -> Vec<u8> {
    let pair = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal");
    (0..digits.len()).step_by(2).map(pair).collect()
}

/// Zeros in a file as numpy writes it.
fn zeros(n_rows: usize, width: usize) -> Vec<u8> {
    let mut words =
        format!("{{'descr': '<f2', 'fortran_order': False, 'shape': ({n_rows}, {width}), }}");
    words.push_str(&" ".repeat(117 - words.len()));
    words.push('\n');
    let mut file = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
    file.extend_from_slice(words.as_bytes());
    file.resize(file.len() + n_rows * width * 2, 0);
    file
}

fn write(folder: &Path, ids: &[u8], vectors: &[u8]) {
    fs::write(folder.join("client_ids.npy"), ids).expect("written");
    fs::write(folder.join("embeddings.npy"), vectors).expect("written");
}

#[test]
fn what_numpy_writes_is_read_in_the_order_wanted_or_refused_by_its_rule() {
    let (reference, users) = reference();
    let folder = tempfile::tempdir().expect("temporary folder");
    for case in &reference.cases {
        let vectors = match case.vectors.as_str() {
            "" => zeros(5, 2049),
            digits => bytes(digits),
        };
        write(folder.path(), &bytes(&case.ids), &vectors);
        let found = read_vectors(folder.path(), &users);
        // The check says the same as the reader, without holding the vectors.
        let ids: Vec<i64> = users.iter().map(|user| user.client_id()).collect();
        let checked = check_vectors(folder.path(), Some(&ids)).expect("can be read");
        assert_eq!(checked.faults.first().map(VectorFault::to_string), {
            found.as_ref().err().map(ToString::to_string)
        });
        assert_eq!(checked.n_wanted, Some(5));
        match (&case.error, found) {
            (None, found) => {
                let found = found.unwrap_or_else(|error| panic!("{}: {error}", case.name));
                let rows: Vec<Vec<f32>> = found.rows().map(<[f32]>::to_vec).collect();
                assert_eq!(rows, reference.vectors, "{}", case.name);
            }
            (Some(expected), Err(error @ RunError::VectorFile(_))) => {
                let said = error.to_string();
                assert!(said.contains(expected), "{}: {said}", case.name);
                assert!(said.contains(".npy must hold "), "{}: {said}", case.name);
            }
            (Some(_), other) => panic!("{}: {other:?}", case.name),
        }
    }
    fs::remove_file(folder.path().join("client_ids.npy")).expect("removed");
    assert!(matches!(read_vectors(folder.path(), &users), Err(RunError::Read { .. })));
}

#[test]
fn no_change_of_a_byte_and_no_cut_makes_it_stumble() {
    let (reference, users) = reference();
    let (ids, vectors) = (bytes(&reference.cases[0].ids), bytes(&reference.cases[0].vectors));
    let folder = tempfile::tempdir().expect("temporary folder");
    let mut n_refused = 0;
    for at in 0..ids.len() {
        for byte in [0, b'9', b'(', 0xff] {
            let mut changed = ids.clone();
            changed[at] = byte;
            write(folder.path(), &changed, &vectors);
            n_refused += usize::from(read_vectors(folder.path(), &users).is_err());
        }
        write(folder.path(), &ids[..at], &vectors);
        assert!(read_vectors(folder.path(), &users).is_err(), "{at} bytes are too few");
    }
    assert!(n_refused > 200, "{n_refused}");
    for at in 0..vectors.len() {
        let mut changed = vectors.clone();
        changed[at] = b'9';
        write(folder.path(), &ids, &changed);
        // Either refused or read; a shape that asks for a thousand terabytes included.
        if let Ok(read) = read_vectors(folder.path(), &users) {
            assert_eq!((read.n_rows(), read.n_columns()), (5, 3));
        }
        write(folder.path(), &ids, &vectors[..at]);
        assert!(read_vectors(folder.path(), &users).is_err(), "{at} bytes are too few");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let (_, users) = reference();
    let error = read_vectors("/nowhere/at/all".as_ref(), &users).expect_err("no folder");
    assert!(error.to_string().contains("client_ids.npy cannot be read"), "{error}");
}

#[test]
fn both_files_are_checked_and_the_place_of_a_fault_is_told_apart() {
    let (reference, _) = reference();
    let case = |name: &str| reference.cases.iter().find(|case| case.name == name).expect("case");
    let folder = tempfile::tempdir().expect("temporary folder");
    write(folder.path(), &bytes(&case("an id twice").ids), &bytes(&case("NaN").vectors));
    let found = check_vectors(folder.path(), None).expect("can be read");
    assert_eq!((found.n_users, found.width, found.n_wanted), (None, None, None));
    let [ids, vectors] = &found.faults[..] else { panic!("{found:?}") };
    assert!(ids.file.ends_with("client_ids.npy") && ids.row.is_some() && ids.column.is_none());
    assert_eq!((vectors.row, vectors.column), (Some(3), Some(1)));
    assert_eq!(vectors.found, "NaN");

    // Without a run any ids will do, each once.
    write(folder.path(), &bytes(&case("a strange id").ids), &bytes(&case("good").vectors));
    let found = check_vectors(folder.path(), None).expect("can be read");
    assert_eq!((found.n_users, found.width, found.faults.len()), (Some(5), Some(3), 0));
}
