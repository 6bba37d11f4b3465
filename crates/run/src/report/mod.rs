//! The report: one HTML file that opens from disk, loads nothing and needs no script to be read.
//!
//! [`render`] turns a [`ReportData`] into the page. Text, tables and bars are written here; the
//! script draws only the map and the curve of the choice, whose figures stand in tables as well.
//! A content security policy in the page forbids it every connection.
//!
//! The page is in English or Chinese, light or dark as the reader's system is, and prints.

mod colour;
mod data;
mod error;
mod evaluation;
mod grouping;
mod plot;
mod script_data;
mod tuning;
mod view;
mod wording;

#[cfg(test)]
mod tests;

use minijinja::{AutoEscape, Environment, context};

pub use data::{
    ChoicePoint, FileQuality, MOST_POINTS, MapPoint, Method, Named, Rejected, ReportData, RunFacts,
    StabilityFacts, StageTime, TopFeature,
};
pub use error::ReportError;
pub use evaluation::{
    CalibrationPoint, EvaluatedMethod, EvaluationData, Figure, LearningCurve, PlainTable,
};
pub use grouping::{Agreement, Grouped, GroupingData};
pub(crate) use plot::search_plot;
pub use tuning::{TrialData, TuningData};

const PAGE: &str = include_str!("page/report.html");
const CELL: &str = include_str!("page/cell.html");
const EVALUATION: &str = include_str!("page/evaluation.html");
const COMPARED: &str = include_str!("page/compared.html");
const TUNING: &str = include_str!("page/tuning.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/report.js");
const CHARTS: &str = include_str!("vendor/echarts.min.js");

/// Writes the page.
///
/// # Errors
/// [`ReportError`]: a fault of the template, never of the data.
pub fn render(data: &ReportData) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_template("report.html", PAGE)?;
    environment.add_template("cell.html", CELL)?;
    environment.add_template("evaluation.html", EVALUATION)?;
    environment.add_template("compared.html", COMPARED)?;
    environment.add_template("tuning.html", TUNING)?;
    let t = wording::wording(data.language);
    let v = minijinja::Value::from_serialize(view::view(data));
    let in_money = v.get_attr("in_money")?.is_true();
    let of_value = if in_money { t["share_of_spend"] } else { t["share_of_activity"] };
    let cell = environment.get_template("cell.html")?;
    let mut cells = Vec::with_capacity(data.segments.len());
    for at in 0..data.segments.len() {
        let c = v.get_attr("cards")?.get_item_by_index(at)?;
        cells.push(cell.render(context! { at, c, of_value, t })?);
    }
    // The table of methods is one template, once an evaluation and once a tuning.
    let compared = environment.get_template("compared.html")?;
    let tables = |key: &str, of: &str| -> Result<Vec<String>, ReportError> {
        let mut tables = Vec::new();
        for e in v.get_attr(key)?.try_iter()? {
            let e = if of.is_empty() { e } else { e.get_attr(of)? };
            tables.push(match e.is_none() {
                true => String::new(),
                false => compared.render(context! { e, t })?,
            });
        }
        Ok(tables)
    };
    let section = |name: &str, is_there: bool, tables| match is_there {
        true => environment.get_template(name)?.render(context! { t, v, tables }),
        false => Ok(String::new()),
    };
    let evaluation =
        section("evaluation.html", !data.evaluations.is_empty(), tables("evaluations", "")?)?;
    let tuning = section("tuning.html", !data.tunings.is_empty(), tables("tunings", "compared")?)?;
    let page = environment.get_template("report.html")?.render(context! {
        style => STYLE,
        script => SCRIPT,
        charts => CHARTS,
        data => script_data::script_data(data)?,
        cells,
        evaluation,
        tuning,
        of_value,
        t,
        v,
    })?;
    Ok(page)
}
