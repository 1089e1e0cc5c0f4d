//! A server in a container of the Docker engine that runs here. Refuses to know where the engine is: testcontainers
//! finds it.
//!
//! A container goes when it is dropped; by its own `timeout` and auto-remove if we are killed; and by the next run's
//! sweep, which reads from its labels which run's directory it belongs to, and leaves it alone while that is locked.

mod kept;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use testcontainers::bollard::Docker;
use testcontainers::bollard::errors::Error as DockerError;
use testcontainers::bollard::models::{HostConfig, PortBinding};
use testcontainers::bollard::query_parameters::{
    ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
};
use testcontainers::core::client::docker_client_instance;
use testcontainers::core::logs::LogFrame;
use testcontainers::core::{ContainerPort, Mount, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, Image, ImageExt};

use super::bridge::{Account, Bridge, Place, Upstream};
use super::directory::{self, RunDirectory};
use super::encryption::Encryption;
use super::{COMMON_SETTINGS, NoServer, Progress, Wish};
use crate::roundtrip::wire;

/// The version that is taken when none is wished for.
const NEWEST: u16 = 18;

/// How long a container lives at most, seconds: longer than any run.
const LIFE: &str = "7200";

/// How long an image may take from its start to the first answer.
const START_LIMIT: Duration = Duration::from_secs(60);

/// The label that says which run a container belongs to: the path of its directory.
const RUN: &str = "mig-check.run";

/// The label that says on which machine, or in which container, that path is meant.
const PLACE: &str = "mig-check.place";

/// The label with the process id, for people.
const PID: &str = "mig-check.pid";

/// Where the server's data are, in memory.
const DATA: &str = "/mig-check";

/// Lines of a container's log that are kept for when it ends unasked.
const KEPT: usize = 6;

/// An engine that answers.
pub(super) struct Engine {
    docker: Docker,
}

/// A running container. Dropping it removes it.
pub(super) struct Container {
    engine: Engine,
    name: String,
    image: String,
    password: String,
    inner: Option<ContainerAsync<Postgres>>,
    /// Whether the engine may still be making it.
    is_asked_for: bool,
    _bridge: Option<Bridge>,
}

impl std::fmt::Debug for Container {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Container").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The image as testcontainers wants it told.
#[derive(Debug)]
struct Postgres {
    name: String,
    tag: String,
    environment: Vec<(&'static str, String)>,
    memory: Mount,
}

impl Image for Postgres {
    fn name(&self) -> &str {
        &self.name
    }

    fn tag(&self) -> &str {
        &self.tag
    }

    fn ready_conditions(&self) -> Vec<WaitFor> {
        // Whether it answers is asked on its port, where only the last of its servers listens.
        Vec::new()
    }

    fn env_vars(&self) -> impl IntoIterator<Item = (impl Into<Cow<'_, str>>, impl Into<Cow<'_, str>>)> {
        self.environment.iter().map(|(name, value)| (*name, value.as_str()))
    }

    fn mounts(&self) -> impl IntoIterator<Item = &Mount> {
        std::iter::once(&self.memory)
    }

    fn expose_ports(&self) -> &[ContainerPort] {
        &[ContainerPort::Tcp(5432)]
    }
}

/// The image that is wished for.
pub(super) fn image(wish: &Wish) -> String {
    let major = wish.major.unwrap_or(NEWEST);
    match &wish.image {
        Some(image) => image.replace("{pg}", &major.to_string()),
        None => format!("postgres:{major}-alpine"),
    }
}

impl Engine {
    /// Finds the engine.
    pub async fn find() -> Result<Self, NoServer> {
        let absent = |error: &dyn Error| {
            NoServer::new(
                format!("no Docker engine answers: {}", deepest(error)),
                "start Docker, set DOCKER_HOST, or use --server local or --server embedded",
            )
        };
        let docker = docker_client_instance().await.map_err(|error| absent(&error))?;
        docker.ping().await.map_err(|error| absent(&error))?;
        Ok(Self { docker })
    }

    /// Whether an image is there already.
    pub async fn has(&self, image: &str) -> bool {
        self.docker.inspect_image(image).await.is_ok()
    }

    /// Starts a container, and leads our socket to it.
    pub async fn start(
        self,
        wish: &Wish,
        directory: &RunDirectory,
        progress: &dyn Progress,
    ) -> Result<Container, NoServer> {
        let image = image(wish);
        if !self.has(&image).await {
            if wish.offline {
                return Err(NoServer::new(
                    format!("the image {image} is not here, and offline mig-check pulls none"),
                    format!("run docker pull {image}, or leave out --offline"),
                ));
            }
            progress.remark(&format!("Pulling the image {image}"));
        }
        self.sweep().await;
        let from = wish.from.as_deref();
        let password = from.map_or_else(wire::random_password, kept::password);
        let password = password.map_err(|error| NoServer::new(error.to_string(), ""))?;
        let said = Arc::new(Mutex::new(Vec::new()));
        let name = container_name(directory);
        let request = request(&image, &name, &password, directory.path(), from, said.clone());
        let mut container = Container {
            engine: self,
            name,
            image: image.clone(),
            password: password.clone(),
            inner: None,
            is_asked_for: true,
            _bridge: None,
        };
        let started = request.start().await;
        container.is_asked_for = false;
        let started = started.map_err(|error| not_started(&image, &error))?;
        let (host, port) = address(&started).await.map_err(|error| not_started(&image, &error))?;
        container.inner = Some(started);
        let accounts = BTreeMap::from([("postgres", Account { user: "postgres".to_owned(), password })]);
        let bridge = Bridge::start(
            &directory.socket(),
            Upstream {
                place: Place::Host(host, port),
                encryption: Encryption::none(),
                options: None,
                accounts,
            },
        )
        .map_err(|error| NoServer::new(format!("a socket cannot be made: {error}"), ""))?;
        container._bridge = Some(bridge);
        container.wait_until_ready(&image, directory, &said).await?;
        Ok(container)
    }

    /// Removes containers whose run was killed on this machine.
    async fn sweep(&self) {
        let filters = HashMap::from([("label", vec![RUN.to_owned(), format!("{PLACE}={}", place())])]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        // What cannot be listed or removed now goes by its own timeout.
        let Ok(containers) = self.docker.list_containers(Some(options)).await else { return };
        for container in containers {
            let run = container.labels.as_ref().and_then(|labels| labels.get(RUN));
            if let (Some(run), Some(id)) = (run, &container.id)
                && !directory::is_alive(Path::new(run))
            {
                let _ = self.remove(id).await;
            }
        }
    }

    /// Removes a container with its volumes, in whatever state it is.
    async fn remove(&self, name: &str) -> Result<(), DockerError> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        self.docker.remove_container(name, Some(options)).await
    }
}

impl Container {
    /// The image that it is made of.
    pub fn image(&self) -> &str {
        &self.image
    }

    async fn wait_until_ready(
        &self,
        image: &str,
        directory: &RunDirectory,
        said: &Mutex<Vec<String>>,
    ) -> Result<(), NoServer> {
        let started = Instant::now();
        loop {
            let Err(error) = super::ask_version(directory).await else { return Ok(()) };
            let runs = match &self.inner {
                Some(inner) => inner.is_running().await.unwrap_or(false),
                None => false,
            };
            if runs && started.elapsed() < START_LIMIT {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
            let what = if runs {
                format!("the image {image} does not answer within {} seconds: {error}", START_LIMIT.as_secs())
            } else {
                format!("the container of the image {image} ended")
            };
            let said = said.lock().unwrap_or_else(PoisonError::into_inner);
            let said: String = said.iter().flat_map(|line| ["\n  ", line]).collect();
            return Err(NoServer::new(
                what + &said,
                "choose an image that is built like the official postgres image with --image",
            ));
        }
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // A request that was cut off on its way may still make a container: then it is asked for again.
        let attempts = if self.is_asked_for { 8 } else { 1 };
        let inner = self.inner.take();
        let removed = async {
            for _ in 0..attempts {
                match self.engine.remove(&self.name).await {
                    Err(DockerError::DockerResponseServerError { status_code: 404, .. })
                        if self.is_asked_for =>
                    {
                        tokio::time::sleep(Duration::from_millis(250)).await;
                    }
                    _ => break,
                }
            }
        };
        tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(removed));
        drop(inner);
    }
}

fn container_name(directory: &RunDirectory) -> String {
    directory.path().file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn request(
    image: &str,
    name: &str,
    password: &str,
    directory: &Path,
    from: Option<&Path>,
    said: Arc<Mutex<Vec<String>>>,
) -> ContainerRequest<Postgres> {
    let tag = image.rfind(':').filter(|at| *at > image.rfind('/').unwrap_or_default());
    let (image, tag) = tag.map_or((image, "latest"), |at| (&image[..at], &image[at + 1..]));
    let postgres = Postgres {
        name: image.to_owned(),
        tag: tag.to_owned(),
        environment: vec![
            ("POSTGRES_USER", "postgres".to_owned()),
            ("POSTGRES_DB", "postgres".to_owned()),
            ("POSTGRES_PASSWORD", password.to_owned()),
            ("POSTGRES_INITDB_ARGS", "-N --locale=C -E UTF8".to_owned()),
            ("PGDATA", format!("{DATA}/data")),
        ],
        memory: Mount::tmpfs_mount(DATA),
    };
    // The entry point of the official image starts whatever is not `postgres` as it is.
    let mut command = vec!["timeout", "-s", "INT", LIFE];
    if from.is_some() {
        command.extend(kept::unpack());
    }
    command.extend(["docker-entrypoint.sh", "postgres"]);
    for setting in COMMON_SETTINGS {
        command.extend(["-c", setting]);
    }
    let everywhere = is_far();
    let request = postgres
        .with_cmd(command)
        .with_container_name(name)
        .with_label(RUN, directory.to_string_lossy())
        .with_label(PLACE, place())
        .with_label(PID, std::process::id().to_string())
        .with_startup_timeout(START_LIMIT)
        .with_log_consumer(move |frame: &LogFrame| keep(&said, frame))
        .with_host_config_modifier(move |host| publish(host, everywhere));
    match from {
        Some(folder) => kept::give(request, folder),
        None => request,
    }
}

/// Removes itself when it ends, and is reached from this machine only.
fn publish(host: &mut HostConfig, everywhere: bool) {
    host.auto_remove = Some(true);
    if !everywhere {
        let binding = PortBinding { host_ip: Some("127.0.0.1".to_owned()), host_port: Some("0".to_owned()) };
        host.publish_all_ports = Some(false);
        host.port_bindings = Some(HashMap::from([("5432/tcp".to_owned(), Some(vec![binding]))]));
    }
}

/// Whether the engine publishes ports elsewhere than on our own loopback interface.
fn is_far() -> bool {
    let elsewhere = std::env::var("DOCKER_HOST").is_ok_and(|host| !host.starts_with("unix:"));
    elsewhere || ["/.dockerenv", "/run/.containerenv"].iter().any(|file| Path::new(file).exists())
}

/// This machine, and on Linux the file systems that this process sees: where the path of a run means something.
fn place() -> String {
    let system = rustix::system::uname();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let mounts = std::fs::read_link("/proc/self/ns/mnt").unwrap_or_default();
    format!("{} {} {}", system.nodename().to_string_lossy(), boot.trim(), mounts.display())
}

async fn address(
    container: &ContainerAsync<Postgres>,
) -> Result<(String, u16), testcontainers::TestcontainersError> {
    let host = container.get_host().await?.to_string();
    Ok((host, container.get_host_port_ipv4(5432).await?))
}

fn keep(said: &Mutex<Vec<String>>, frame: &LogFrame) {
    let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
    let text = String::from_utf8_lossy(frame.bytes());
    said.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
    let surplus = said.len().saturating_sub(KEPT);
    said.drain(..surplus);
}

fn not_started(image: &str, error: &dyn Error) -> NoServer {
    NoServer::new(
        format!("the image {image} does not start: {}", deepest(error)),
        "choose an image that is here with --image, or use --server local or --server embedded",
    )
}

/// The error at the bottom of all that wrap it: the one that says what happened.
fn deepest(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}
