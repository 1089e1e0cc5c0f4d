//! The data of a container's server in a folder of ours, and another container that begins with them. Refuses to know
//! when that is worth it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use testcontainers::core::ExecCommand;
use testcontainers::{ContainerRequest, ImageExt};
use tokio::io::AsyncBufReadExt;

use super::{Container, DATA, Postgres};

/// Name of the archive in the folder.
const ARCHIVE: &str = "data.tar";

/// Name of the file with the server's password: it is part of what is kept.
const PASSWORD: &str = "password";

/// Where the archive lies in a container.
const INSIDE: &str = "/mig-check-kept.tar";

/// Unpacks the archive; what follows it is run then.
const UNPACK: &str = r#"tar -C "$0" -xf "$1" && rm -f "$1" "$0/data/postmaster.pid" && shift && exec "$@""#;

/// The password of the server that a folder keeps.
pub(super) fn password(folder: &Path) -> io::Result<String> {
    fs::read_to_string(folder.join(PASSWORD))
}

/// The words before a command that is to find the data there.
pub(super) fn unpack() -> [&'static str; 5] {
    ["sh", "-c", UNPACK, DATA, INSIDE]
}

/// Gives a container the archive.
pub(super) fn give(request: ContainerRequest<Postgres>, folder: &Path) -> ContainerRequest<Postgres> {
    request.with_copy_to(INSIDE, folder.join(ARCHIVE))
}

impl Container {
    /// Writes the data of its idle server, right after a checkpoint, into a folder.
    pub async fn keep(&self, folder: &Path) -> io::Result<()> {
        let inner = self.inner.as_ref().ok_or_else(|| io::Error::other("the container is gone"))?;
        let mut tar = inner
            .exec(ExecCommand::new(["tar", "-C", DATA, "-cf", "-", "data"]))
            .await
            .map_err(io::Error::other)?;
        let mut archive = File::create(folder.join(ARCHIVE))?;
        let mut output = tar.stdout();
        loop {
            let part = output.fill_buf().await?;
            if part.is_empty() {
                break;
            }
            archive.write_all(part)?;
            let read = part.len();
            output.consume(read);
        }
        drop(output);
        match tar.exit_code().await.map_err(io::Error::other)? {
            Some(0) => {}
            code => return Err(io::Error::other(format!("tar in the container ended with {code:?}"))),
        }
        let mut options = fs::OpenOptions::new();
        let mut password = options.write(true).create_new(true).mode(0o600).open(folder.join(PASSWORD))?;
        password.write_all(self.password.as_bytes())
    }
}
