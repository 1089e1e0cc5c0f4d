//! Everything that is tested through public seams: the library's, and the program's own.

mod reports;
