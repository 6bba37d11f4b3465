//! Figures of segments as groups, as the page shows them.

use fenqun_base::Language;
use fenqun_explain::numbers;
use serde::{Deserialize, Serialize};

/// How tight segments are and how far apart, beside the baseline; and whether they are the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupingData {
    /// Users in segments.
    pub n_users: u64,
    /// Users in no segment: left out of every figure.
    pub n_unassigned: u64,
    /// Users in segments that figures were taken of.
    pub n_measured: u64,
    /// Whether both ways look at the same columns, so that their figures compare.
    pub is_same_space: bool,
    /// Ours, then the baseline.
    pub methods: Vec<Grouped>,
    /// How alike both ways group these users.
    pub agreement: Agreement,
}

/// One way to segment, measured in its own space.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Grouped {
    /// What it is called.
    pub name: String,
    /// Whether it is the one this report shows.
    pub ours: bool,
    /// The space it was measured in, in words.
    pub space: String,
    /// Columns of that.
    pub n_columns: usize,
    /// Mean silhouette.
    pub silhouette: Option<f64>,
    /// Users among whom distances were taken for it.
    pub n_paired: u64,
    /// Davies–Bouldin index.
    pub davies_bouldin: Option<f64>,
    /// Calinski–Harabasz index.
    pub calinski_harabasz: Option<f64>,
}

/// Agreement of two ways to segment the same users: 0 as by chance, 1 the same segments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agreement {
    /// Adjusted Rand index.
    pub adjusted_rand: f64,
    /// Adjusted mutual information.
    pub adjusted_mutual_information: f64,
    /// Mutual information in nats; absent in reports of older runs.
    pub mutual_information: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct GroupingView<'a> {
    rows: Vec<Row<'a>>,
    /// What the silhouette of ours comes to.
    structure: String,
    /// Whether this is RFM again.
    verdict: String,
    rand: String,
    information: String,
    mutual: String,
    /// Who was measured.
    measured: Vec<String>,
    is_same_space: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    method: &'a Grouped,
    figures: [String; 3],
}

fn row(method: &Grouped) -> Row<'_> {
    let figure = |number: Option<f64>, write: fn(f64) -> String| {
        number.map_or_else(|| "–".to_owned(), write)
    };
    let figures = [
        figure(method.silhouette, two),
        figure(method.davies_bouldin, two),
        figure(method.calinski_harabasz, numbers::count),
    ];
    Row { method, figures }
}

fn two(number: f64) -> String {
    format!("{number:.2}")
}

pub(super) fn view(data: &GroupingData, language: Language) -> GroupingView<'_> {
    let ours = data.methods.iter().find(|method| method.ours);
    let silhouette = ours.and_then(|method| method.silhouette);
    let Agreement { adjusted_rand, adjusted_mutual_information, mutual_information } =
        data.agreement;
    GroupingView {
        rows: data.methods.iter().map(row).collect(),
        structure: silhouette.map_or("", |it| structure(it, language)).to_owned(),
        verdict: again(adjusted_rand.max(adjusted_mutual_information), language).to_owned(),
        rand: two(adjusted_rand),
        information: two(adjusted_mutual_information),
        mutual: mutual_information.map_or_else(String::new, two),
        measured: measured(data, language),
        is_same_space: data.is_same_space,
    }
}

/// The steps of Kaufman and Rousseeuw, *Finding Groups in Data*, 1990.
fn structure(silhouette: f64, language: Language) -> &'static str {
    match silhouette {
        it if it < 0.25 => language.pick(
            "There are no gaps between these segments: they cut a continuum, and users near a cut \
             could as well stand on its other side.",
            "各群之间没有明显空隙：分群是对连续分布的切分，靠近边界的用户归入哪一侧都说得通。",
        ),
        it if it < 0.5 => language.pick(
            "Segments can be told apart, but their edges touch.",
            "各群可以区分，但边缘相接。",
        ),
        it if it < 0.7 => language.pick("Segments lie clearly apart.", "各群之间有明显间隔。"),
        _ => language.pick("Segments lie far apart.", "各群之间相距很远。"),
    }
}

fn again(agreement: f64, language: Language) -> &'static str {
    match agreement {
        it if it < 0.2 => {
            language.pick("No: they say mostly something else.", "不是：两者说的大多是不同的事。")
        }
        it if it < 0.5 => language.pick(
            "In part: they overlap, and each says something that the other does not.",
            "部分相同：两者有重叠，也各有对方没有的信息。",
        ),
        it if it < 0.8 => language.pick("Largely.", "大体相同。"),
        _ => language.pick(
            "Yes: RFM alone gives nearly the same segments.",
            "是的：仅用 RFM 就能得到几乎相同的分群。",
        ),
    }
}

/// How many users figures stand on, where that is not all of them.
fn measured(data: &GroupingData, language: Language) -> Vec<String> {
    let whole = |n: u64| numbers::whole(n as f64);
    let mut said = Vec::new();
    if data.n_unassigned > 0 {
        let n = whole(data.n_unassigned);
        said.push(language.pick(
            format!("{n} users in no segment are left out."),
            format!("未归入任何分群的 {n} 位用户不计在内。"),
        ));
    }
    if data.n_measured < data.n_users {
        let (n, all) = (whole(data.n_measured), whole(data.n_users));
        said.push(language.pick(
            format!("Measured on a sample of {n} of {all} users."),
            format!("在 {all} 位用户中抽取 {n} 位计算。"),
        ));
    }
    let paired = data.methods.iter().filter(|method| method.n_paired < data.n_measured);
    for Grouped { name, n_paired, .. } in paired {
        let n = whole(*n_paired);
        said.push(language.pick(
            format!("Silhouette of {name}: on a sample of {n} users."),
            format!("{name} 的轮廓系数在 {n} 位用户的样本上计算。"),
        ));
    }
    if said.is_empty() {
        let n = whole(data.n_users);
        said.push(language.pick(
            format!("Measured on all {n} users; the silhouette is exact."),
            format!("在全部 {n} 位用户上计算，轮廓系数为精确值。"),
        ));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> GroupingData {
        let method = |name: &str, ours, silhouette| Grouped {
            name: name.into(),
            ours,
            silhouette,
            n_paired: 900,
            calinski_harabasz: Some(1234.7),
            ..Grouped::default()
        };
        GroupingData {
            n_users: 900,
            n_measured: 900,
            methods: vec![method("ours", true, Some(0.1)), method("RFM", false, None)],
            agreement: Agreement {
                adjusted_rand: 0.11,
                adjusted_mutual_information: 0.31,
                mutual_information: None,
            },
            ..GroupingData::default()
        }
    }

    #[test]
    fn what_is_left_out_or_drawn_is_said() {
        let all = measured(&data(), Language::En);
        assert_eq!(all, ["Measured on all 900 users; the silhouette is exact."]);
        let some = GroupingData { n_users: 5000, n_unassigned: 12, ..data() };
        let said = measured(&some, Language::En).join(" ");
        assert!(said.contains("12 users in no segment are left out"), "{said}");
        assert!(said.contains("a sample of 900 of 5,000 users"), "{said}");
        let mut paired = data();
        paired.methods[0].n_paired = 500;
        let said = measured(&paired, Language::Zh).join(" ");
        assert!(said.contains("500 位用户的样本") && !said.contains("精确"), "{said}");
    }

    #[test]
    fn the_larger_agreement_decides_what_is_said() {
        let data = data();
        let view = view(&data, Language::En);
        assert!(view.verdict.starts_with("In part"), "{}", view.verdict);
        assert!(view.structure.contains("continuum"), "{}", view.structure);
        assert_eq!(view.rows[0].figures, ["0.10", "–", "1,235"]);
        assert_eq!(view.rows[1].figures[0], "–");
    }
}
