//! The contract of a text encoder, on a tiny model that is written on the spot and computed twice.

mod q4;
mod scalar;
mod tiny;

use std::path::Path;

use fenqun_base::{Classify, ErrorKind, Matrix, Progress, TextEncoder};
use fenqun_encoders::{EncoderError, Pooling, TextModel, TextModelParams};
use serde_json::json;
use tempfile::TempDir;
use tiny::{BERT, HIDDEN, POSITIONS, Variant, WORDS};

const TEXTS: [&str; 7] =
    ["green tea", "", "oolong tea of the shop", "绿茶", "power drill", "green tea", "never seen"];

fn written(variant: &Variant) -> TempDir {
    let folder = tempfile::tempdir().expect("temporary folder");
    variant.write(folder.path());
    folder
}

fn open(folder: &Path) -> TextModel {
    TextModel::open(folder, &TextModelParams::default()).expect("opens")
}

fn refused(folder: &Path) -> EncoderError {
    let error = TextModel::open(folder, &TextModelParams::default()).err().expect("is refused");
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    error
}

fn encode(model: &TextModel, texts: &[&str]) -> Matrix {
    model.encode(texts, &Progress::silent()).expect("encodes")
}

/// Token numbers as the tokenizer must give them.
fn tokens(text: &str, max_tokens: usize) -> Vec<usize> {
    let number = |word: &str| WORDS.iter().position(|known| *known == word).unwrap_or(1);
    let inner = text.split_whitespace().map(number).take(max_tokens - 2);
    [2].into_iter().chain(inner).chain([3]).collect()
}

fn assert_near(found: &[f32], expected: &[f64], what: &str) {
    for (column, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let error = (f64::from(found) - expected).abs();
        assert!(error < 2e-6, "{what}, column {column}: {found} instead of {expected}");
    }
}

#[test]
fn every_family_and_activation_agrees_with_a_scalar_implementation() {
    let roberta = Variant {
        model_type: "roberta",
        prefix: "roberta.",
        first_position: 2,
        n_types: 1,
        ..BERT
    };
    let distilbert =
        Variant { model_type: "distilbert", prefix: "distilbert.", n_types: 0, ..BERT };
    let variants = [
        BERT,
        Variant { prefix: "bert.", activation: "gelu_new", ..BERT },
        Variant { activation: "relu", ..BERT },
        roberta,
        Variant { model_type: "xlm-roberta", prefix: "", ..roberta },
        distilbert,
    ];
    for variant in &variants {
        let folder = written(variant);
        let vectors = encode(&open(folder.path()), &TEXTS);
        assert_eq!((vectors.n_rows(), vectors.n_columns()), (TEXTS.len(), HIDDEN));
        let tensors = variant.tensors();
        for (text, vector) in TEXTS.iter().zip(vectors.rows()) {
            let rows = scalar::forward(variant, &tensors, &tokens(text, POSITIONS));
            assert_near(vector, &scalar::mean(&rows), &format!("{variant:?}, {text:?}"));
        }
    }
}

#[test]
fn the_four_bit_file_agrees_with_a_scalar_implementation_and_asks_for_a_query() {
    let folder = tempfile::tempdir().expect("temporary folder");
    let tensors = q4::write(folder.path(), &BERT);
    let vectors = encode(&open(folder.path()), &TEXTS);
    for (text, vector) in TEXTS.iter().zip(vectors.rows()) {
        let tokens = tokens(&format!("query: {text}"), POSITIONS);
        let rows = scalar::forward(&BERT, &tensors, &tokens);
        assert_near(vector, &scalar::mean(&rows), text);
    }
}

#[test]
fn a_damaged_four_bit_file_is_refused_wherever_it_is_cut() {
    let folder = tempfile::tempdir().expect("temporary folder");
    q4::write(folder.path(), &BERT);
    let path = folder.path().join("e5-small-q4.bin");
    let whole = std::fs::read(&path).expect("read");
    for length in [0, 3, 10, 50, 100, 300, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).expect("written");
        let error = refused(folder.path());
        assert!(matches!(error, EncoderError::Weights { .. }), "cut at {length}: {error}");
    }
    for at in [0, 4, 8, 12, 40] {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x80;
        damaged[at + 3] ^= 0x80;
        std::fs::write(&path, &damaged).expect("written");
        assert!(matches!(refused(folder.path()), EncoderError::Weights { .. }), "byte {at}");
    }
}

#[test]
fn pooling_prefix_and_length_are_taken_from_the_parameters_or_the_folder() {
    let folder = written(&BERT);
    let tensors = BERT.tensors();
    let mean = encode(&open(folder.path()), &["green tea"]);
    let params = TextModelParams {
        pooling: Some(Pooling::Cls),
        prefix: Some("query: ".to_owned()),
        max_tokens: Some(4),
        normalise: false,
    };
    let model = TextModel::open(folder.path(), &params).expect("opens");
    let rows = scalar::forward(&BERT, &tensors, &tokens("query: green tea", 4));
    assert_near(encode(&model, &["green tea"]).row(0), &rows[0], "first token, not normalised");
    assert_ne!(model.fingerprint(), open(folder.path()).fingerprint());

    std::fs::create_dir(folder.path().join("1_Pooling")).expect("made");
    let pooling = json!({ "pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false });
    tiny::write_json(&folder.path().join("1_Pooling/config.json"), &pooling);
    tiny::write_json(
        &folder.path().join("sentence_bert_config.json"),
        &json!({"max_seq_length": 4}),
    );
    let model = open(folder.path());
    let rows = scalar::forward(&BERT, &tensors, &tokens("green oolong tea", 4));
    let expected = scalar::unit(rows[0].clone());
    assert_near(encode(&model, &["green oolong tea"]).row(0), &expected, "the folder's pooling");

    let params = TextModelParams { pooling: Some(Pooling::Mean), ..TextModelParams::default() };
    let model = TextModel::open(folder.path(), &params).expect("opens");
    assert_eq!(encode(&model, &["green tea"]), mean, "parameters go before the folder");
}

#[test]
fn no_texts_give_no_rows_and_repeated_texts_the_same_row() {
    let folder = written(&BERT);
    let model = open(folder.path());
    let none = encode(&model, &[]);
    assert_eq!((none.n_rows(), none.n_columns()), (0, HIDDEN));
    let vectors = encode(&model, &TEXTS);
    assert_eq!(vectors.row(0), vectors.row(5));
    assert_ne!(vectors.row(0), vectors.row(1));
    for row in vectors.rows() {
        let length = row.iter().map(|x| x * x).sum::<f32>();
        assert!((length - 1.0).abs() < 1e-5, "length {length}");
    }
}

#[test]
fn a_very_long_text_is_cut_at_the_models_positions() {
    let folder = written(&BERT);
    let long = "green tea ".repeat(100_000);
    let vectors = encode(&open(folder.path()), &[&long, &"green tea ".repeat(11)]);
    assert_eq!(vectors.row(0), vectors.row(1), "22 words and two marks fill 24 positions");
    let rows = scalar::forward(&BERT, &BERT.tensors(), &tokens(&long, POSITIONS));
    assert_near(vectors.row(0), &scalar::mean(&rows), "long text");
}

#[test]
fn a_vector_depends_neither_on_order_nor_on_what_stands_beside_it() {
    let folder = written(&BERT);
    let model = open(folder.path());
    let texts: Vec<String> = (0..400)
        .map(|at| WORDS[4..].repeat(2)[at % 7..at % 13 + 7].join(" ") + &" shop".repeat(at % 5))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let forwards = encode(&model, &texts);
    let backwards: Vec<&str> = texts.iter().rev().copied().collect();
    let mut reversed = encode(&model, &backwards);
    for (row, text) in texts.iter().enumerate().step_by(37) {
        let alone = encode(&model, &[text]);
        let alone: Vec<f64> = alone.row(0).iter().map(|&x| f64::from(x)).collect();
        assert_near(forwards.row(row), &alone, "alone");
        assert_near(reversed.row_mut(texts.len() - 1 - row), &alone, "in reverse order");
    }
}

#[test]
fn the_number_of_threads_does_not_matter_to_a_single_bit() {
    let folder = written(&BERT);
    let model = open(folder.path());
    let texts: Vec<String> = (0..500).map(|at| "tea ".repeat(at % 20) + WORDS[at % 14]).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        pool.install(|| encode(&model, &texts))
    };
    assert_eq!(with(1), with(3));
}

#[test]
fn a_missing_file_is_named() {
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        let folder = written(&BERT);
        std::fs::remove_file(folder.path().join(file)).expect("removed");
        let error = refused(folder.path());
        assert!(matches!(error, EncoderError::MissingFile { file: named, .. } if named == file));
    }
}

#[test]
fn a_config_of_another_kind_is_refused_with_what_came() {
    let changes = [
        ("model_type", json!("t5"), "`t5`"),
        ("hidden_act", json!("swish"), "`swish`"),
        ("position_embedding_type", json!("relative_key"), "`relative_key`"),
        ("num_attention_heads", json!(5), "multiple of `num_attention_heads`, got 32 and 5"),
        ("num_hidden_layers", json!(0), "`num_hidden_layers` must be between 1"),
        ("hidden_size", json!("wide"), "invalid type"),
    ];
    for (entry, value, words) in changes {
        let folder = written(&BERT);
        let mut config = BERT.config();
        config[entry] = value;
        tiny::write_json(&folder.path().join("config.json"), &config);
        let message = refused(folder.path()).to_string();
        assert!(message.contains(words) && message.contains("config.json"), "{message}");
    }
}

#[test]
fn weights_that_do_not_match_their_config_name_the_tensor_and_both_shapes() {
    let folder = written(&BERT);
    let mut config = BERT.config();
    config["intermediate_size"] = json!(64);
    tiny::write_json(&folder.path().join("config.json"), &config);
    let error = refused(folder.path());
    let EncoderError::TensorShape { tensor, expected, found, path } = &error else {
        panic!("{error}");
    };
    assert_eq!(tensor, "encoder.layer.0.intermediate.dense.weight");
    assert_eq!((expected.as_slice(), found.as_slice()), (&[64, 32][..], &[40, 32][..]));
    assert!(path.ends_with("model.safetensors"));

    config["intermediate_size"] = json!(40);
    config["num_hidden_layers"] = json!(3);
    tiny::write_json(&folder.path().join("config.json"), &config);
    let error = refused(folder.path());
    let EncoderError::TensorMissing { tensor, expected, .. } = &error else { panic!("{error}") };
    assert_eq!(tensor, "encoder.layer.2.attention.self.query.weight");
    assert_eq!(expected, &[32, 32]);
}

#[test]
fn damaged_weights_are_refused_wherever_they_are_cut() {
    let folder = written(&BERT);
    let path = folder.path().join("model.safetensors");
    let whole = std::fs::read(&path).expect("read");
    for length in [0, 7, 8, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).expect("written");
        let error = refused(folder.path());
        assert!(matches!(error, EncoderError::Weights { .. }), "cut at {length}: {error}");
    }
    let mut header = whole.clone();
    header[..8].copy_from_slice(&u64::MAX.to_le_bytes());
    std::fs::write(&path, &header).expect("written");
    assert!(matches!(refused(folder.path()), EncoderError::Weights { .. }));
}

#[test]
fn weights_that_are_not_numbers_are_refused_when_they_come_out() {
    let folder = written(&BERT);
    let mut tensors = BERT.tensors();
    let bias = tensors.get_mut("encoder.layer.1.output.dense.bias").expect("there");
    bias.1[3] = f32::NAN;
    tiny::write_tensors(&folder.path().join("model.safetensors"), &tensors);
    let error = open(folder.path()).encode(&["tea"], &Progress::silent()).expect_err("NaN");
    assert!(matches!(error, EncoderError::Weights { .. }), "{error}");
}

#[test]
fn a_tokenizer_of_another_model_is_refused() {
    let folder = written(&BERT);
    let mut tokenizer = tiny::tokenizer();
    tokenizer["model"]["vocab"]["espresso"] = json!(99);
    tiny::write_json(&folder.path().join("tokenizer.json"), &tokenizer);
    let error =
        open(folder.path()).encode(&["espresso"], &Progress::silent()).expect_err("refused");
    assert!(matches!(error, EncoderError::TokenOutOfRange { token: 99, n_tokens: 14, .. }));
    std::fs::write(folder.path().join("tokenizer.json"), b"{}").expect("written");
    assert!(matches!(refused(folder.path()), EncoderError::Config { .. }));
}

#[test]
fn a_length_outside_the_models_positions_is_refused() {
    let folder = written(&BERT);
    for max_tokens in [0, 2, POSITIONS + 1] {
        let params = TextModelParams { max_tokens: Some(max_tokens), ..TextModelParams::default() };
        let error = TextModel::open(folder.path(), &params).err().expect("refused").to_string();
        assert!(
            error.contains("`max_tokens` must be between 3") && error.contains("24"),
            "{error}"
        );
    }
}

#[test]
fn a_folder_whose_pooling_is_not_known_is_refused() {
    let folder = written(&BERT);
    std::fs::create_dir(folder.path().join("1_Pooling")).expect("made");
    let path = folder.path().join("1_Pooling/config.json");
    tiny::write_json(&path, &json!({ "pooling_mode_max_tokens": true }));
    assert!(refused(folder.path()).to_string().contains("pooling_mode_max_tokens"));
    std::fs::remove_file(&path).expect("removed");
    let modules = json!([{ "type": "sentence_transformers.models.Dense" }]);
    tiny::write_json(&folder.path().join("modules.json"), &modules);
    assert!(refused(folder.path()).to_string().contains("Dense"));
}

#[test]
fn being_asked_to_stop_stops() {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;
    struct Nobody;
    impl fenqun_base::Sink for Nobody {
        fn begin(&self, _: &str, _: u64, _: fenqun_base::Unit) -> usize {
            0
        }
        fn advance(&self, _: usize, _: u64) {}
        fn end(&self, _: usize) {}
    }
    let folder = written(&BERT);
    let stopped = Progress::new(Arc::new(Nobody), Arc::new(AtomicBool::new(true)));
    let error = open(folder.path()).encode(&["tea"], &stopped).expect_err("stops");
    assert_eq!(error.kind(), ErrorKind::Interrupted);
}
