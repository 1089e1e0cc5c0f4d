//! Makes a server that is reached over TCP, with a password and perhaps TLS, look like one of this machine: a socket of
//! ours, where every connection is logged in on its way. The only module that knows a password of somebody else's;
//! refuses to know what is said once a connection is open.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use postgres_protocol::authentication::{md5_hash, sasl};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::task::JoinHandle;

use super::super::wire::{self, Greeting};
use super::encryption::{Encryption, fingerprint};

/// Longest message of a log-in, bytes.
const LONGEST_MESSAGE: i32 = 64 << 10;

/// Where a server is.
#[derive(Clone)]
pub(super) enum Place {
    Host(String, u16),
    Socket(PathBuf),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host, port) => write!(formatter, "{host} port {port}"),
            Self::Socket(path) => path.display().fmt(formatter),
        }
    }
}

/// A server, and who may enter.
pub(super) struct Upstream {
    pub place: Place,
    pub encryption: Encryption,
    /// Settings that go with every connection.
    pub options: Option<String>,
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

/// A connection to a server.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

async fn serve(mut client: UnixStream, upstream: &Upstream) -> io::Result<()> {
    let Some(greeting) = wire::read_greeting(&mut client).await? else { return Ok(()) };
    let (mut server, certificate) = match upstream.connect().await {
        Ok(connected) => connected,
        Err(error) => {
            return wire::refuse(&mut client, "08001", &error.to_string()).await;
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
    server
        .write_all(&startup.led_to(account.user.as_bytes(), &database, upstream.options.as_deref()))
        .await?;
    let entered = match upstream.binding(certificate.as_deref()) {
        Ok(binding) => log_in(&mut *server, account, binding, upstream.encryption.is_bound).await,
        Err(error) => Err(error),
    };
    match entered {
        Ok(Ok(())) => client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 0]).await?,
        Ok(Err(refusal)) => {
            client.write_all(&refusal).await?;
            return client.shutdown().await;
        }
        Err(error) => {
            return wire::refuse(&mut client, "08001", &error.to_string()).await;
        }
    }
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

impl Upstream {
    /// A connection, and the server's certificate if it is encrypted.
    async fn connect(&self) -> io::Result<(Box<dyn Stream>, Option<Vec<u8>>)> {
        match &self.place {
            Place::Socket(path) => Ok((Box::new(UnixStream::connect(path).await?), None)),
            Place::Host(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port)).await?;
                stream.set_nodelay(true)?;
                self.encryption.encrypt(stream, host).await
            }
        }
    }

    /// The proof that belongs to a connection, and whether the server has to ask for one.
    fn binding(&self, certificate: Option<&[u8]>) -> io::Result<Option<Vec<u8>>> {
        let fingerprint = certificate.and_then(fingerprint);
        if fingerprint.is_none() && self.encryption.is_bound {
            return Err(odd("the channel_binding of the URL needs TLS and a certificate that can be proved"));
        }
        Ok(fingerprint)
    }
}

/// Proves who we are. `Ok(Err(…))` is the server's own refusal, ready to be passed on.
async fn log_in(
    server: &mut dyn Stream,
    account: &Account,
    binding: Option<Vec<u8>>,
    is_bound: bool,
) -> io::Result<Result<(), Vec<u8>>> {
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
            0 if is_bound && scram.is_none() => {
                return Err(odd("it asks for no proof that nobody stands between"));
            }
            0 => return Ok(Ok(())),
            3 | 5 if is_bound => {
                return Err(odd("it offers no log-in that proves that nobody stands between"));
            }
            3 => with_end(account.password.as_bytes()),
            5 => {
                let salt = body.try_into().map_err(|_| odd("its salt has another length"))?;
                with_end(md5_hash(account.user.as_bytes(), account.password.as_bytes(), salt).as_bytes())
            }
            10 => {
                let offers =
                    |name: &str| body.split(|byte| *byte == 0).any(|offered| offered == name.as_bytes());
                let (name, proof) = match &binding {
                    Some(proof) if offers(sasl::SCRAM_SHA_256_PLUS) => {
                        (sasl::SCRAM_SHA_256_PLUS, sasl::ChannelBinding::tls_server_end_point(proof.clone()))
                    }
                    _ if is_bound => {
                        return Err(odd("it offers no log-in that proves that nobody stands between"));
                    }
                    _ if !offers(sasl::SCRAM_SHA_256) => return Err(odd("it offers no SCRAM-SHA-256")),
                    Some(_) => (sasl::SCRAM_SHA_256, sasl::ChannelBinding::unrequested()),
                    None => (sasl::SCRAM_SHA_256, sasl::ChannelBinding::unsupported()),
                };
                let started = sasl::ScramSha256::new(account.password.as_bytes(), proof);
                let mut answer = with_end(name.as_bytes());
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
