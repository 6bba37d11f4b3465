//! The report of a run: its data is kept beside the page, so that the page can be made again.

use std::path::{Path, PathBuf};

use fenqun_base::artifact;

use crate::artifacts::{read_json, write_json};
use crate::report::{self, ReportData};
use crate::{RunError, directory};

/// Writes `report.json` and `report.html`.
///
/// # Errors
/// [`RunError::Report`], [`RunError::Write`].
pub(crate) fn write_report(folder: &Path, data: &ReportData) -> Result<(), RunError> {
    write_json(&folder.join("report.json"), data)?;
    write_page(&folder.join("report.html"), data)
}

/// Makes the page of a finished run again; returns where it is.
///
/// # Errors
/// [`RunError::NoRun`], [`RunError::NewerFormat`], [`RunError::Broken`], [`RunError::Out`], [`RunError::Write`].
pub fn report_again(folder: &Path, out: Option<&Path>) -> Result<PathBuf, RunError> {
    directory::open(folder)?;
    let data: ReportData = read_json(&folder.join("report.json"))?;
    let own = folder.join("report.html");
    let path = match out {
        Some(out) if out != own => {
            directory::check_out(out, &[])?;
            out.to_owned()
        }
        _ => own,
    };
    write_page(&path, &data)?;
    Ok(path)
}

fn write_page(path: &Path, data: &ReportData) -> Result<(), RunError> {
    let page = report::render(data)?;
    artifact::write_bytes(path, page.as_bytes()).map_err(RunError::writing(path))
}
