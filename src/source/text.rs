//! A text that is held once, however many hold it: a statement is mostly a part of its file. Refuses to know what it
//! says.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A text of its own, or a part of another. Clones share it.
#[derive(Clone)]
pub struct Text {
    whole: Arc<str>,
    range: Range<usize>,
}

impl Text {
    /// What it says.
    pub fn as_str(&self) -> &str {
        &self.whole[self.range.clone()]
    }

    /// A part of it, without a copy; empty if that cuts a character, or is not there.
    pub fn part(&self, range: Range<usize>) -> Self {
        let range = self.get(range.clone()).map_or(0..0, |_| range);
        Self {
            whole: Arc::clone(&self.whole),
            range: self.range.start + range.start..self.range.start + range.end,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from("")
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { whole: text.into(), range: 0..text.len() }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        (*text).to_owned()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_the_text_that_it_is_a_part_of() {
        let text = Text::from("SELECT 'ä'; SELECT 2");
        let part = text.part(13..21);
        assert_eq!((&*part, &*part.part(7..8)), ("SELECT 2", "2"));
        assert!(Arc::ptr_eq(&text.whole, &part.whole));
        assert_eq!((&*text.part(9..99), &*text.part(0..9)), ("", ""), "no such part");
    }
}
