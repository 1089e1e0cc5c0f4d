//! The text of files and places in it. Knows bytes, lines and columns; refuses to know what the text means.
//!
//! Inside the program a place is a byte range ([`Span`]); everything shown to people is a
//! [`Position`], which cannot be zero.

mod text;

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use text::Text;

/// Number of a file in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(u32);

/// A byte range of one file. `start <= end`; both lie on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// First byte after the range.
    pub end: usize,
}

impl Span {
    /// A range of a file.
    pub fn new(source: SourceId, range: Range<usize>) -> Self {
        Self { source, start: range.start, end: range.end.max(range.start) }
    }

    /// The range without its file.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Whether `other` lies in this range of the same file.
    pub fn contains(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }
}

/// A text to put in the place of another. An empty place is an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes, with `\n` for a line break.
    pub text: String,
}

/// Line and column for people: both count from one, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: NonZeroUsize,
    /// Column in characters, from 1.
    pub column: NonZeroUsize,
}

/// One file: the path that people are shown, and its text.
#[derive(Debug)]
pub struct SourceFile {
    path: PathBuf,
    on_disk: Option<PathBuf>,
    text: Text,
    /// Known once somebody asks for a line: most files are never pointed at.
    line_starts: OnceLock<Vec<usize>>,
}

impl SourceFile {
    fn new(path: PathBuf, text: String) -> Self {
        Self { path, on_disk: None, text: text.into(), line_starts: OnceLock::new() }
    }

    fn line_starts(&self) -> &[usize] {
        let starts =
            || std::iter::once(0).chain(self.text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        self.line_starts.get_or_init(starts)
    }

    /// Where the file was read from; `None` for a text that is no file's.
    pub fn on_disk(&self) -> Option<&Path> {
        self.on_disk.as_deref()
    }

    /// The text with edits of this file made, which do not overlap. Line breaks are those of the file.
    pub fn edited(&self, edits: &[Edit]) -> String {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let mut text = String::from(self.text.clone());
        for edit in edits.into_iter().rev() {
            let windows = self.text.contains("\r\n");
            let new = if windows { edit.text.replace('\n', "\r\n") } else { edit.text.clone() };
            text.replace_range(edit.span.range(), &new);
        }
        text
    }

    /// The path as people are shown it, with forward slashes on every system.
    pub fn display_path(&self) -> String {
        self.path.to_string_lossy().replace('\\', "/")
    }

    /// The path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text, which holds on to the whole of it; empty if it is not there.
    pub fn part(&self, range: Range<usize>) -> Text {
        self.text.part(range)
    }

    /// Position of a byte; one past the end is the end. A byte inside a character counts as that character.
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let starts = self.line_starts();
        let line = starts.partition_point(|start| *start <= offset) - 1;
        let column = self.text[starts[line]..offset].chars().count();
        Position {
            line: NonZeroUsize::MIN.saturating_add(line),
            column: NonZeroUsize::MIN.saturating_add(column),
        }
    }

    /// The byte of a position; the end of the line, or of the file, if there is no such column, or no such line.
    pub fn offset(&self, position: Position) -> usize {
        let index = position.line.get() - 1;
        let starts = self.line_starts();
        let Some(start) = starts.get(index).copied() else { return self.text.len() };
        let end = starts.get(index + 1).copied().unwrap_or(self.text.len());
        let line = &self.text[start..end];
        start + line.char_indices().nth(position.column.get() - 1).map_or(line.len(), |(at, _)| at)
    }

    /// The byte range of a line (from 1) without its line break; the empty end of the file if there is no such line.
    pub fn line_range(&self, line: NonZeroUsize) -> Range<usize> {
        let index = line.get() - 1;
        let starts = self.line_starts();
        let start = starts.get(index).copied().unwrap_or(self.text.len());
        let next = starts.get(index + 1).copied().unwrap_or(self.text.len());
        start..start + self.text[start..next].trim_end_matches(['\n', '\r']).len()
    }
}

/// What was wrong with the bytes of a file that could be read only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEncoding {
    /// Place of the first byte that is not UTF-8, in the text as it was kept.
    pub span: Span,
    /// Whether all of it is UTF-16.
    pub utf_16: bool,
}

/// All files that this run has read. Files are only ever added.
#[derive(Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    unsaved: BTreeMap<PathBuf, String>,
}

impl Sources {
    /// An empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty collection that reads these texts where files of these paths ([`SourceFile::on_disk`]) are asked for.
    pub fn with_unsaved(unsaved: BTreeMap<PathBuf, String>) -> Self {
        Self { files: Vec::new(), unsaved }
    }

    /// Adds a text under the path that people are shown. A byte order mark is dropped.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: impl Into<String>) -> SourceId {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let id = SourceId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(path.into(), text));
        id
    }

    /// Adds the bytes of a file. Bytes that are not UTF-8 become U+FFFD, and the first is reported. UTF-16, as some
    /// shells write it, is read, and reported too: no migration tool takes it.
    pub fn add_bytes(&mut self, path: impl Into<PathBuf>, bytes: Vec<u8>) -> (SourceId, Option<BadEncoding>) {
        if let Some(text) = utf_16(&bytes) {
            let id = self.add(path, text);
            return (id, Some(BadEncoding { span: Span::new(id, 0..0), utf_16: true }));
        }
        match String::from_utf8(bytes) {
            Ok(text) => (self.add(path, text), None),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let dropped = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let id = self.add(path, text);
                let start = at - dropped.min(at);
                let span = Span::new(id, start..start + '\u{fffd}'.len_utf8());
                (id, Some(BadEncoding { span, utf_16: false }))
            }
        }
    }

    /// Reads a file from disk.
    ///
    /// # Errors
    /// What the system says when the file cannot be read; bytes that are not UTF-8 are no error but the second value.
    pub fn read(
        &mut self,
        path: &Path,
        shown_as: impl Into<PathBuf>,
    ) -> std::io::Result<(SourceId, Option<BadEncoding>)> {
        self.read_by(path, shown_as, || std::fs::read(path))
    }

    /// [`Self::read`] of a file whose bytes somebody else reads, or has read.
    ///
    /// # Errors
    /// Those of `bytes`.
    pub fn read_by(
        &mut self,
        path: &Path,
        shown_as: impl Into<PathBuf>,
        bytes: impl FnOnce() -> std::io::Result<Vec<u8>>,
    ) -> std::io::Result<(SourceId, Option<BadEncoding>)> {
        let read = match self.unsaved.get(path) {
            Some(text) => (self.add(shown_as, text.clone()), None),
            None => self.add_bytes(shown_as, bytes()?),
        };
        if let Some(file) = self.files.last_mut() {
            file.on_disk = Some(path.to_owned());
        }
        Ok(read)
    }

    /// The file of a number that this collection gave out.
    ///
    /// # Panics
    /// If the number is of another collection.
    pub fn file(&self, id: SourceId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The text in a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.source).text().get(span.range()).unwrap_or_default()
    }

    /// The position of a span's first character.
    pub fn position(&self, span: Span) -> Position {
        self.file(span.source).position(span.start)
    }

    /// The position after a span's last character.
    pub fn end_position(&self, span: Span) -> Position {
        self.file(span.source).position(span.end)
    }

    /// All files in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &SourceFile)> {
        (0..).map(SourceId).zip(&self.files)
    }
}

/// The text of bytes that begin with a byte order mark of UTF-16, or with an ASCII character as UTF-16 has it.
fn utf_16(bytes: &[u8]) -> Option<String> {
    let read: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] | [1..=0x7f, 0, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] | [0, 1..=0x7f, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]])).collect();
    Some(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::new();
        let id = sources.add("a.sql", "\u{feff}a\r\näb\n");
        let at = |offset| {
            let p = sources.file(id).position(offset);
            (p.line.get(), p.column.get())
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(5), (2, 2));
        assert_eq!(at(4), (2, 1), "inside a character is that character");
        assert_eq!(at(999), (3, 1));
    }

    #[test]
    fn utf_16_is_read_and_reported() {
        let mut sources = Sources::new();
        let (id, bad) = sources.add_bytes("a.sql", b"\xfe\xff\0a\0\xe4".to_vec());
        assert_eq!((sources.file(id).text(), bad.is_some()), ("a\u{e4}", true));
        let (id, _) = sources.add_bytes("b.sql", b"\xff\xfea\0b\0".to_vec());
        assert_eq!(sources.file(id).text(), "ab");
        let (id, bad) = sources.add_bytes("no mark.sql", b"\0a\0b".to_vec());
        assert_eq!((sources.file(id).text(), bad.is_some_and(|bad| bad.utf_16)), ("ab", true));
    }

    #[test]
    fn lines_end_before_their_break() {
        let mut sources = Sources::new();
        let id = sources.add("a.sql", "one\r\ntwo");
        let line = |n| sources.file(id).line_range(NonZeroUsize::new(n).expect("not zero"));
        assert_eq!((line(1), line(2), line(3)), (0..3, 5..8, 8..8));
    }

    #[test]
    fn edits_keep_the_line_breaks_of_the_file() {
        let mut sources = Sources::new();
        let id = sources.add("a.sql", "one\r\ntwo\r\n");
        let edit = |range, text: &str| Edit { span: Span::new(id, range), text: text.to_owned() };
        let edited = sources.file(id).edited(&[edit(10..10, "three\n"), edit(0..3, "1\n")]);
        assert_eq!(edited, "1\r\n\r\ntwo\r\nthree\r\n");
    }

    #[test]
    fn unsaved_texts_are_read_instead_of_files() {
        let path = Path::new("no such folder/a.sql");
        let mut sources = Sources::with_unsaved([(path.to_owned(), "new".to_owned())].into());
        let (id, bad) = sources.read(path, "a.sql").expect("not read from disk");
        assert_eq!((sources.file(id).text(), bad), ("new", None));
        assert_eq!(sources.file(id).on_disk(), Some(path));
    }

    #[test]
    fn bad_bytes_are_kept_readable_and_located() {
        let mut sources = Sources::new();
        let (id, bad) = sources.add_bytes("a.sql", b"\xef\xbb\xbfab\xffcd".to_vec());
        assert_eq!(sources.file(id).text(), "ab\u{fffd}cd");
        let bad = bad.expect("a bad byte");
        assert_eq!(sources.text(bad.span), "\u{fffd}");
    }
}
