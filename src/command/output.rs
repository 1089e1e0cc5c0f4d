//! Writes a report in every wished format, to standard output or into files that appear whole or not at all.

use std::io::{self, Write};
use std::path::Path;

use super::{Console, Failure};
use crate::cli::Color;
use crate::config::{Config, Output};
use crate::finding::Report;
use crate::report::{WriteReport, format};

/// The wished outputs; text on standard output if nothing is wished.
///
/// Two reports cannot share one place.
pub(super) fn wished(config: &Config) -> Result<Vec<Output>, Failure> {
    let text = || format("text").map(|format| Output { format, file: None });
    let outputs =
        if config.outputs.is_empty() { text().into_iter().collect() } else { config.outputs.clone() };
    for (index, output) in outputs.iter().enumerate() {
        if let Some(other) = outputs[..index].iter().find(|other| other.file == output.file) {
            return Err(Failure::SamePlace {
                first: other.format.name,
                second: output.format.name,
                place: match &output.file {
                    Some(file) => file.display().to_string(),
                    None => "standard output".to_owned(),
                },
            });
        }
    }
    Ok(outputs)
}

/// Writes them all.
pub(super) fn write(
    report: &Report,
    outputs: &[Output],
    color: Color,
    console: &mut Console<'_>,
) -> Result<(), Failure> {
    let coloured = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            console.out_is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    };
    // Files first: whoever reads standard output may go away early.
    let (files, streams): (Vec<&Output>, Vec<&Output>) =
        outputs.iter().partition(|output| output.file.is_some());
    for output in files {
        if let Some(path) = &output.file {
            write_file(report, output.format.write, path)
                .map_err(|source| Failure::Unwritable { path: path.clone(), source })?;
        }
    }
    for output in streams {
        let write = output.format.write_coloured.filter(|_| coloured).unwrap_or(output.format.write);
        match write(report, console.out).and_then(|()| console.out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            result => result?,
        }
    }
    Ok(())
}

fn write_file(report: &Report, write: WriteReport, path: &Path) -> io::Result<()> {
    let mut bytes = Vec::new();
    write(report, &mut bytes)?;
    replace_file(path, &bytes)
}

/// Writes a file that appears whole or not at all.
pub(super) fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A pipe or a device cannot be replaced.
    if path.exists() && !path.is_file() {
        return std::fs::write(path, bytes);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // As any program creates a file: readable as far as the user's mask allows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.prefix(".mig-check-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
