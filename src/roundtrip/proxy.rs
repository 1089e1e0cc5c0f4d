//! The only way from a migration to a server: a listener of ours that leads every connection to one disposable
//! database, whatever it asked for. Refuses to know what is said after the greeting.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

use super::wire::{self, Greeting};

/// A listening proxy; it ends when dropped.
#[derive(Debug)]
pub(super) struct Proxy {
    address: SocketAddr,
    host: String,
    password: String,
    database: Arc<Mutex<String>>,
    served: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port, in front of a server's socket: of 127.0.0.1, or, if others have a name for this machine, of
    /// all its addresses.
    pub async fn start(socket: PathBuf, database: &str, host: Option<&str>) -> io::Result<Self> {
        let own = "127.0.0.1";
        let listener = TcpListener::bind((host.map_or(own, |_| "0.0.0.0"), 0)).await?;
        let address = listener.local_addr()?;
        let password = wire::random_password()?;
        let database = Arc::new(Mutex::new(database.to_owned()));
        let served = Arc::new(AtomicUsize::new(0));
        let shared = Arc::new(Shared {
            socket,
            password: password.clone(),
            database: database.clone(),
            served: served.clone(),
        });
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let shared = shared.clone();
                tokio::spawn(async move {
                    // A connection that breaks is the client's to report: it sees the same.
                    let _ = serve(client, &shared).await;
                });
            }
        });
        let host = host.unwrap_or(own).to_owned();
        Ok(Self { address, host, password, database, served, accepting })
    }

    /// By what name or address it is reached.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Keeps everybody else out.
    pub fn password(&self) -> &str {
        &self.password
    }

    /// How many connections were led to the server so far.
    pub fn served(&self) -> usize {
        self.served.load(Ordering::Relaxed)
    }

    /// The database to which it leads.
    pub fn leads_to(&self) -> String {
        self.database.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    served: Arc<AtomicUsize>,
}

async fn serve(mut client: TcpStream, shared: &Shared) -> io::Result<()> {
    client.set_nodelay(true)?;
    let startup = loop {
        match wire::read_greeting(&mut client).await? {
            None => {
                return wire::refuse(&mut client, "08P01", "this is not how a PostgreSQL client greets")
                    .await;
            }
            Some(Greeting::Encryption) => client.write_all(b"N").await?,
            Some(Greeting::Cancel(key)) => return cancel(&shared.socket, &key).await,
            Some(Greeting::Startup(startup)) => break startup,
        }
    };
    if !startup.is_known() {
        return wire::refuse(&mut client, "0A000", "only protocol version 3 is spoken here").await;
    }
    if startup.parameter("replication").is_some() {
        return wire::refuse(&mut client, "0A000", "a disposable database has no replication").await;
    }
    if !has_password(&mut client, &shared.password).await? {
        return wire::refuse(&mut client, "28P01", "only mig-check's own migrations may connect here").await;
    }
    let database = shared.database.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Ok(mut server) = UnixStream::connect(&shared.socket).await else {
        return wire::refuse(&mut client, "57P03", "the disposable server is gone").await;
    };
    shared.served.fetch_add(1, Ordering::Relaxed);
    server.write_all(&startup.led_to(b"postgres", database.as_bytes(), None)).await?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// Asks for the password in clear text: it goes to containers of this machine at most.
async fn has_password(client: &mut TcpStream, wanted: &str) -> io::Result<bool> {
    client.write_all(&[b'R', 0, 0, 0, 8, 0, 0, 0, 3]).await?;
    if client.read_u8().await? != b'p' {
        return Ok(false);
    }
    let length = client.read_i32().await?;
    if !(4..=wire::LONGEST_GREETING).contains(&length) {
        return Ok(false);
    }
    let mut given = vec![0; usize::try_from(length).unwrap_or(4) - 4];
    client.read_exact(&mut given).await?;
    Ok(given.strip_suffix(b"\0") == Some(wanted.as_bytes()))
}

async fn cancel(socket: &Path, key: &[u8]) -> io::Result<()> {
    let mut server = UnixStream::connect(socket).await?;
    server.write_all(&wire::cancel(key)).await?;
    server.shutdown().await
}
