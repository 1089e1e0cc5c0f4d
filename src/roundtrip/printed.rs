//! What programs print: the end of it is kept, and shown when they fail. Refuses to know what they are.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt};

/// How much is kept, bytes.
const KEPT: usize = 16 << 10;

/// The end of what a program prints.
#[derive(Clone, Debug, Default)]
pub(super) struct Printed(Arc<Mutex<Vec<u8>>>);

impl Printed {
    /// Reads until the program has no more to say.
    pub async fn keep(self, mut output: impl AsyncRead + Unpin) {
        let mut buffer = [0; 4096];
        while let Ok(read @ 1..) = output.read(&mut buffer).await {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(&buffer[..read]);
            let surplus = kept.len().saturating_sub(KEPT);
            kept.drain(..surplus);
        }
    }

    /// What was printed so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

/// The last lines of a text that say something, each indented and after a line break; empty if there are none.
pub(super) fn last_lines(text: &str, most: usize) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    lines[lines.len().saturating_sub(most)..].iter().flat_map(|line| ["\n  ", line]).collect()
}
