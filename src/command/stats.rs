//! `mig-check stats`: writes how many rows tables have, as a file that the configuration can name. Only reads.

use std::path::Path;

use super::{Console, Failure};
use crate::config;
use crate::exit::Exit;
use crate::roundtrip;

/// Reads the estimates of a database and writes them to a file, or where results go.
pub(super) fn run(
    url: config::Secret,
    file: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<Exit, Failure> {
    let estimates = roundtrip::estimates(&roundtrip::Secret(url.0))?;
    let mut text = String::from(
        "# Rows of tables as the planner estimates them, written by `mig-check stats`.\n\
         # The configuration reads them with `statistics = \"FILE\"`.\n",
    );
    for (table, rows) in &estimates.rows {
        let name = match table.schema.as_deref() {
            None | Some("public") => table.name.clone(),
            Some(schema) => format!("{schema}.{}", table.name),
        };
        let name = config::quoted(&name);
        text.push_str(&format!("\n[[table]]\nname = {name}\nrows = {rows}\n"));
    }
    match file {
        Some(file) => {
            let failed = |source| Failure::Unwritable { path: file.to_owned(), source };
            std::fs::write(file, text).map_err(failed)?;
            let plural = if estimates.rows.len() == 1 { "" } else { "s" };
            writeln!(console.out, "{} table{plural} written to {}", estimates.rows.len(), file.display())?;
        }
        None => console.out.write_all(text.as_bytes())?,
    }
    if !estimates.unknown.is_empty() {
        let names: Vec<String> = estimates.unknown.iter().map(ToString::to_string).collect();
        writeln!(
            console.err,
            "note: left out, because they were never analysed: {} (run ANALYZE on the server)",
            names.join(", ")
        )?;
    }
    Ok(Exit::Clean)
}
