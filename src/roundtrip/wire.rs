//! The few messages of PostgreSQL's protocol that pass before a session: greetings, refusals, cancellations. Refuses to
//! know who greets whom, and what is said after.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

pub(super) const SSL_REQUEST: i32 = 80_877_103;
const GSS_REQUEST: i32 = 80_877_104;
const CANCEL_REQUEST: i32 = 80_877_102;

/// Longest greeting that a server accepts, bytes.
pub(super) const LONGEST_GREETING: i32 = 10_000;

/// What a client says first.
pub(super) enum Greeting {
    /// It asks for TLS or GSS.
    Encryption,
    /// It wants a statement of another session cancelled; the session's key.
    Cancel(Vec<u8>),
    /// It opens a session.
    Startup(Startup),
}

/// How a client opens a session.
pub(super) struct Startup {
    protocol: i32,
    body: Vec<u8>,
}

impl Startup {
    /// Whether it speaks the protocol that every server does.
    pub fn is_known(&self) -> bool {
        self.protocol >> 16 == 3
    }

    /// The value of a parameter.
    pub fn parameter(&self, wanted: &str) -> Option<&[u8]> {
        parameters(&self.body)
            .into_iter()
            .find(|(name, _)| *name == wanted.as_bytes())
            .map(|(_, value)| value)
    }

    /// The same message, for another user and database, with further options before its own.
    pub fn led_to(&self, user: &[u8], database: &[u8], options: Option<&str>) -> Vec<u8> {
        let own = self.parameter("options").unwrap_or_default();
        let options = options.map(|options| [options.as_bytes(), b" ", own].concat());
        let mut ours: Vec<(&[u8], &[u8])> = vec![(b"user", user), (b"database", database)];
        ours.extend(options.as_deref().map(|options| (&b"options"[..], options)));
        let kept: Vec<_> = parameters(&self.body)
            .into_iter()
            .filter(|(name, _)| ours.iter().all(|(ours, _)| ours != name))
            .collect();
        let mut body = self.protocol.to_be_bytes().to_vec();
        for (name, value) in ours.into_iter().chain(kept) {
            for word in [name, value] {
                body.extend_from_slice(word);
                body.push(0);
            }
        }
        body.push(0);
        [&size_with_itself(body.len())[..], &body].concat()
    }
}

/// Reads what a client says first; `None` if it is nothing that a PostgreSQL client says.
pub(super) async fn read_greeting(client: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Greeting>> {
    let length = client.read_i32().await?;
    if !(8..=LONGEST_GREETING).contains(&length) {
        return Ok(None);
    }
    let protocol = client.read_i32().await?;
    let mut body = vec![0; usize::try_from(length).unwrap_or(8) - 8];
    client.read_exact(&mut body).await?;
    Ok(Some(match protocol {
        SSL_REQUEST | GSS_REQUEST => Greeting::Encryption,
        CANCEL_REQUEST => Greeting::Cancel(body),
        _ => Greeting::Startup(Startup { protocol, body }),
    }))
}

/// Names and values of a greeting.
fn parameters(body: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut words = body.split(|byte| *byte == 0);
    let mut found = Vec::new();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        if name.is_empty() {
            break;
        }
        found.push((name, value));
    }
    found
}

/// The request that cancels what the session of this key does.
pub(super) fn cancel(key: &[u8]) -> Vec<u8> {
    [&size_with_itself(key.len() + 4)[..], &CANCEL_REQUEST.to_be_bytes(), key].concat()
}

/// A message of a session.
pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &size_with_itself(body.len()), body].concat()
}

/// Tells a client why it may not enter, and ends the connection.
pub(super) async fn refuse(client: &mut (impl AsyncWrite + Unpin), code: &str, text: &str) -> io::Result<()> {
    let mut body = Vec::new();
    for (field, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', text)] {
        body.push(field);
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    client.write_all(&message(b'E', &body)).await?;
    client.shutdown().await
}

/// The length field of a message: it counts itself.
fn size_with_itself(body: usize) -> [u8; 4] {
    i32::try_from(body + 4).unwrap_or(i32::MAX).to_be_bytes()
}

/// 128 random bits as text.
pub(super) fn random_password() -> io::Result<String> {
    use std::io::Read;
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_keeps_everything_but_user_and_database() {
        let body = b"user\0me\0database\0production\0options\0-c search_path=a\0\0".to_vec();
        let sent = Startup { protocol: 196_608, body }.led_to(b"postgres", b"ours", None);
        assert_eq!(sent[..4], size_with_itself(sent.len() - 4));
        assert_eq!(&sent[8..], b"user\0postgres\0database\0ours\0options\0-c search_path=a\0\0");
        let body = b"user\0me\0options\0-c a=1\0\0".to_vec();
        let sent = Startup { protocol: 196_608, body }.led_to(b"u", b"d", Some("endpoint=x"));
        assert_eq!(&sent[8..], b"user\0u\0database\0d\0options\0endpoint=x -c a=1\0\0");
    }

    #[test]
    fn a_greeting_that_breaks_off_is_read_as_far_as_it_goes() {
        assert_eq!(parameters(b"user\0me\0data"), [(&b"user"[..], &b"me"[..])]);
        assert_eq!(parameters(b""), []);
    }
}
