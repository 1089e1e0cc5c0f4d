//! Makes a server that is reached over TCP, with a password and perhaps TLS, look like one of this machine: a socket of
//! ours, where every connection is logged in on its way. The only module that knows a password of somebody else's;
//! refuses to know what is said once a connection is open.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

use postgres_protocol::authentication::{md5_hash, sasl};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::super::wire::{self, Greeting};

/// Longest message of a log-in, bytes.
const LONGEST_MESSAGE: i32 = 64 << 10;

/// Where a server is, and who may enter.
pub(super) struct Upstream {
    pub host: String,
    pub port: u16,
    /// The accounts by the names that are asked for at our socket; nobody else is let through.
    pub accounts: BTreeMap<&'static str, Account>,
}

/// A user of the server. It has no `Debug`, so that it is printed nowhere.
pub(super) struct Account {
    pub user: String,
    pub password: String,
}

/// A listening socket; it ends when dropped.
#[derive(Debug)]
pub(super) struct Bridge {
    accepting: JoinHandle<()>,
}

impl Bridge {
    /// Listens in front of a server.
    pub fn start(socket: &Path, upstream: Upstream) -> io::Result<Self> {
        let listener = UnixListener::bind(socket)?;
        let upstream = Arc::new(upstream);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let upstream = upstream.clone();
                tokio::spawn(async move {
                    // A connection that breaks is the client's to report: it sees the same.
                    let _ = serve(client, &upstream).await;
                });
            }
        });
        Ok(Self { accepting })
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn serve(mut client: UnixStream, upstream: &Upstream) -> io::Result<()> {
    let Some(greeting) = wire::read_greeting(&mut client).await? else { return Ok(()) };
    let mut server = match upstream.connect().await {
        Ok(server) => server,
        Err(error) => {
            return wire::refuse(&mut client, "08001", &format!("the server cannot be reached: {error}"))
                .await;
        }
    };
    let startup = match greeting {
        Greeting::Cancel(key) => {
            server.write_all(&wire::cancel(&key)).await?;
            return server.shutdown().await;
        }
        Greeting::Encryption => return Ok(()),
        Greeting::Startup(startup) => startup,
    };
    let asked = startup.parameter("user").unwrap_or_default();
    let Some((_, account)) = upstream.accounts.iter().find(|(name, _)| name.as_bytes() == asked) else {
        return wire::refuse(&mut client, "28000", "nobody else may enter here").await;
    };
    let database = startup.parameter("database").unwrap_or_default().to_vec();
    server.write_all(&startup.led_to(account.user.as_bytes(), &database)).await?;
    match log_in(&mut *server, account).await {
        Ok(Ok(())) => client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 0]).await?,
        Ok(Err(refusal)) => {
            client.write_all(&refusal).await?;
            return client.shutdown().await;
        }
        Err(error) => {
            return wire::refuse(&mut client, "08001", &format!("the server cannot be entered: {error}"))
                .await;
        }
    }
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

impl Upstream {
    async fn connect(&self) -> io::Result<Box<dyn Stream>> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}

/// Proves who we are. `Ok(Err(…))` is the server's own refusal, ready to be passed on.
async fn log_in(server: &mut dyn Stream, account: &Account) -> io::Result<Result<(), Vec<u8>>> {
    let mut scram: Option<sasl::ScramSha256> = None;
    loop {
        let (kind, body) = read_message(server).await?;
        match kind {
            b'E' => return Ok(Err(wire::message(b'E', &body))),
            b'R' => {}
            _ => continue,
        }
        let Some((code, body)) = body.split_first_chunk() else { return Err(odd("its answer breaks off")) };
        let answer = match i32::from_be_bytes(*code) {
            0 => return Ok(Ok(())),
            3 => with_end(account.password.as_bytes()),
            5 => {
                let salt = body.try_into().map_err(|_| odd("its salt has another length"))?;
                with_end(md5_hash(account.user.as_bytes(), account.password.as_bytes(), salt).as_bytes())
            }
            10 => {
                if !body.split(|byte| *byte == 0).any(|name| name == sasl::SCRAM_SHA_256.as_bytes()) {
                    return Err(odd("it offers no SCRAM-SHA-256"));
                }
                let binding = sasl::ChannelBinding::unsupported();
                let started = sasl::ScramSha256::new(account.password.as_bytes(), binding);
                let mut answer = with_end(sasl::SCRAM_SHA_256.as_bytes());
                let length = i32::try_from(started.message().len()).unwrap_or(i32::MAX);
                answer.extend(length.to_be_bytes());
                answer.extend_from_slice(started.message());
                scram = Some(started);
                answer
            }
            11 => {
                let Some(scram) = &mut scram else { return Err(odd("it goes on with what was not begun")) };
                scram.update(body)?;
                scram.message().to_vec()
            }
            12 => {
                let Some(scram) = &mut scram else { return Err(odd("it ends what was not begun")) };
                scram.finish(body)?;
                continue;
            }
            _ => return Err(odd("it asks for a way to log in that mig-check does not know")),
        };
        server.write_all(&wire::message(b'p', &answer)).await?;
    }
}

fn odd(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn with_end(text: &[u8]) -> Vec<u8> {
    [text, b"\0"].concat()
}

async fn read_message(server: &mut dyn Stream) -> io::Result<(u8, Vec<u8>)> {
    let kind = server.read_u8().await?;
    let length = server.read_i32().await?;
    if !(4..=LONGEST_MESSAGE).contains(&length) {
        return Err(odd("this is not how PostgreSQL answers"));
    }
    let mut body = vec![0; usize::try_from(length).unwrap_or(4) - 4];
    server.read_exact(&mut body).await?;
    Ok((kind, body))
}
