//! The URL of somebody else's server, as libpq reads it. Nothing of it is ever printed but the place.

use std::path::PathBuf;

use super::NoServer;
use super::bridge::Place;
use super::encryption::Encryption;

/// A URL, read.
pub(super) struct Url {
    pub place: Place,
    pub user: String,
    pub password: String,
    pub database: String,
    pub encryption: Encryption,
    /// What the server is told to set, as Neon wants its endpoint named.
    pub options: Option<String>,
}

impl Url {
    /// Reads a URL; what is wrong is said without showing it.
    pub fn read(text: &str) -> Result<Self, NoServer> {
        let wrong = |what: &str| {
            NoServer::new(
                format!("the URL is not one of PostgreSQL: {what}"),
                "write it as postgresql://user:password@host:5432/database",
            )
        };
        let url = url::Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        // SQLAlchemy puts its driver after a plus.
        if !matches!(url.scheme().split('+').next(), Some("postgres" | "postgresql")) {
            return Err(wrong("it begins otherwise than with postgresql://"));
        }
        let decoded = |part: &str| {
            let bytes = percent_encoding::percent_decode_str(part);
            bytes
                .decode_utf8()
                .map(std::borrow::Cow::into_owned)
                .map_err(|_| wrong("a part of it is not UTF-8"))
        };
        let parameter =
            |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let port = url.port().or_else(|| parameter("port")?.parse().ok()).unwrap_or(5432);
        let host = match url.host_str().filter(|host| !host.is_empty()) {
            Some(host) => decoded(host.trim_matches(['[', ']']))?,
            None => parameter("host").unwrap_or_else(|| "localhost".to_owned()),
        };
        let place = if host.starts_with('/') {
            Place::Socket(PathBuf::from(&host).join(format!(".s.PGSQL.{port}")))
        } else {
            Place::Host(host, port)
        };
        let user = match url.username() {
            "" => parameter("user").unwrap_or_else(|| "postgres".to_owned()),
            user => decoded(user)?,
        };
        let password = match url.password() {
            Some(password) => decoded(password)?,
            None => parameter("password").or_else(|| std::env::var("PGPASSWORD").ok()).unwrap_or_default(),
        };
        let database = match decoded(url.path().trim_start_matches('/'))?.as_str() {
            "" => parameter("dbname").unwrap_or_else(|| user.clone()),
            database => database.to_owned(),
        };
        let encryption = Encryption::read(
            parameter("sslmode").as_deref(),
            parameter("sslrootcert").as_deref(),
            parameter("channel_binding").as_deref(),
        )?;
        Ok(Self { place, user, password, database, encryption, options: parameter("options") })
    }
}
