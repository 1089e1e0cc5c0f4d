//! The only way from a migration to a server: a listener of ours that leads every connection to one disposable
//! database, whatever it asked for. Refuses to know what is said after the greeting.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

const SSL_REQUEST: i32 = 80_877_103;
const GSS_REQUEST: i32 = 80_877_104;
const CANCEL_REQUEST: i32 = 80_877_102;

/// Longest greeting that a server accepts, bytes.
const LONGEST_GREETING: i32 = 10_000;

/// A listening proxy; it ends when dropped.
#[derive(Debug)]
pub(super) struct Proxy {
    address: SocketAddr,
    password: String,
    database: Arc<Mutex<String>>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port of 127.0.0.1, in front of a server's socket.
    pub async fn start(socket: PathBuf, database: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let password = random_password()?;
        let database = Arc::new(Mutex::new(database.to_owned()));
        let shared = Arc::new(Shared { socket, password: password.clone(), database: database.clone() });
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    // A connection that breaks is the client's to report: it sees the same.
                    let _ = serve(client, &shared).await;
                });
            }
        });
        Ok(Self { address, password, database, accepting })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Keeps other users of this machine out.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// Leads every connection from now on to this database.
    pub fn lead_to(&self, database: &str) {
        database.clone_into(&mut self.database.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

struct Shared {
    socket: PathBuf,
    password: String,
    database: Arc<Mutex<String>>,
}

async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let greeting = loop {
        let Some((code, body)) = read_greeting(&mut client).await? else {
            return refuse(&mut client, "08P01", "this is not how a PostgreSQL client greets").await;
        };
        match code {
            SSL_REQUEST | GSS_REQUEST => client.write_all(b"N").await?,
            CANCEL_REQUEST => return cancel(&shared.socket, &body).await,
            _ if code >> 16 == 3 => break (code, body),
            _ => return refuse(&mut client, "0A000", "only protocol version 3 is spoken here").await,
        }
    };
    let (protocol, body) = greeting;
    let parameters = parameters(&body);
    if parameters.iter().any(|(name, _)| *name == b"replication") {
        return refuse(&mut client, "0A000", "a disposable database has no replication").await;
    }
    if !has_password(&mut client, &shared.password).await? {
        return refuse(&mut client, "28P01", "only mig-check's own migrations may connect here").await;
    }
    let database = shared.database.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Ok(mut server) = UnixStream::connect(&shared.socket).await else {
        return refuse(&mut client, "57P03", "the disposable server is gone").await;
    };
    server.write_all(&redirected(protocol, &parameters, &database)).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// The code and the rest of a first message; `None` if its length is impossible.
async fn read_greeting(client: &mut TcpStream) -> io::Result<Option<(i32, Vec<u8>)>> {
    let length = client.read_i32().await?;
    if !(8..=LONGEST_GREETING).contains(&length) {
        return Ok(None);
    }
    let code = client.read_i32().await?;
    let mut body = vec![0; usize::try_from(length).unwrap_or(8) - 8];
    client.read_exact(&mut body).await?;
    Ok(Some((code, body)))
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

/// The same greeting, for our user and our database.
fn redirected(protocol: i32, parameters: &[(&[u8], &[u8])], database: &str) -> Vec<u8> {
    let ours: [(&[u8], &[u8]); 2] = [(b"user", b"postgres"), (b"database", database.as_bytes())];
    let kept = parameters.iter().copied().filter(|(name, _)| *name != b"user" && *name != b"database");
    let mut body = protocol.to_be_bytes().to_vec();
    for (name, value) in ours.into_iter().chain(kept) {
        for word in [name, value] {
            body.extend_from_slice(word);
            body.push(0);
        }
    }
    body.push(0);
    let mut message = length(body.len()).to_vec();
    message.append(&mut body);
    message
}

/// Asks for the password in clear text: it never leaves this machine.
async fn has_password(client: &mut TcpStream, wanted: &str) -> io::Result<bool> {
    client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).await?;
    if client.read_u8().await? != b'p' {
        return Ok(false);
    }
    let length = client.read_i32().await?;
    if !(4..=LONGEST_GREETING).contains(&length) {
        return Ok(false);
    }
    let mut given = vec![0; usize::try_from(length).unwrap_or(4) - 4];
    client.read_exact(&mut given).await?;
    Ok(given.strip_suffix(b"\0") == Some(wanted.as_bytes()))
}

async fn cancel(socket: &Path, key: &[u8]) -> io::Result<()> {
    let mut server = UnixStream::connect(socket).await?;
    let mut message = length(key.len() + 4).to_vec();
    message.extend_from_slice(&CANCEL_REQUEST.to_be_bytes());
    message.extend_from_slice(key);
    server.write_all(&message).await?;
    server.shutdown().await
}

async fn refuse(client: &mut TcpStream, code: &str, message: &str) -> io::Result<()> {
    let mut body = Vec::new();
    for (field, text) in [(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', message)] {
        body.push(field);
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    client.write_all(b"E").await?;
    client.write_all(&length(body.len())).await?;
    client.write_all(&body).await?;
    client.shutdown().await
}

/// The length field of a message: it counts itself.
fn length(body: usize) -> [u8; 4] {
    i32::try_from(body + 4).unwrap_or(i32::MAX).to_be_bytes()
}

fn random_password() -> io::Result<String> {
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
        let body = b"user\0me\0database\0production\0options\0-c search_path=a\0\0";
        let sent = redirected(196_608, &parameters(body), "ours");
        assert_eq!(&sent[..4], length(sent.len() - 4));
        assert_eq!(&sent[8..], b"user\0postgres\0database\0ours\0options\0-c search_path=a\0\0");
    }

    #[test]
    fn a_greeting_that_breaks_off_is_read_as_far_as_it_goes() {
        assert_eq!(parameters(b"user\0me\0data"), [(&b"user"[..], &b"me"[..])]);
        assert_eq!(parameters(b""), []);
    }
}
