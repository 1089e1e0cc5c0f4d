//! TLS towards somebody else's server, in libpq's modes, and the proof for SCRAM that nobody stands between. Refuses to
//! know what is said over it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use ring::digest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{self, CryptoProvider};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use super::NoServer;
use super::bridge::Stream;

/// What asks a server for TLS.
const REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// How a connection is protected.
#[derive(Clone)]
pub(super) struct Encryption {
    mode: Mode,
    roots: Option<PathBuf>,
    /// Whether the log-in must prove that nobody stands between.
    pub is_bound: bool,
}

/// libpq's `sslmode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Encryption {
    /// None, for a server of this machine's own.
    pub fn none() -> Self {
        Self { mode: Mode::Disable, roots: None, is_bound: false }
    }

    /// Reads the parameters of a URL.
    pub fn read(mode: Option<&str>, roots: Option<&str>, binding: Option<&str>) -> Result<Self, NoServer> {
        let mut mode = match mode {
            Some("disable") => Mode::Disable,
            None | Some("allow" | "prefer") => Mode::Prefer,
            Some("require") => Mode::Require,
            Some("verify-ca") => Mode::VerifyCa,
            Some("verify-full") => Mode::VerifyFull,
            Some(_) => {
                return Err(NoServer::new(
                    "the sslmode of the URL is not known",
                    "write disable, allow, prefer, require, verify-ca or verify-full",
                ));
            }
        };
        let roots = roots.filter(|roots| *roots != "system").map(PathBuf::from);
        if mode == Mode::Require && roots.is_some() {
            // As libpq has it: who names certificates wants them heeded.
            mode = Mode::VerifyCa;
        }
        Ok(Self { mode, roots, is_bound: binding == Some("require") })
    }

    /// A connection made over a fresh stream, and the server's certificate if it is encrypted.
    pub async fn encrypt(
        &self,
        mut stream: tokio::net::TcpStream,
        host: &str,
    ) -> io::Result<(Box<dyn Stream>, Option<Vec<u8>>)> {
        if self.mode == Mode::Disable {
            return Ok((Box::new(stream), None));
        }
        stream.write_all(&REQUEST).await?;
        if stream.read_u8().await? != b'S' {
            if self.mode == Mode::Prefer {
                return Ok((Box::new(stream), None));
            }
            return Err(io::Error::other("it speaks no TLS, which the sslmode of the URL asks for"));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connector = TlsConnector::from(Arc::new(self.config()?));
        let stream = connector.connect(name, stream).await?;
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        let certificate = certificate.map(|certificate| certificate.to_vec());
        Ok((Box::new(stream), certificate))
    }

    fn config(&self) -> io::Result<ClientConfig> {
        let provider = Arc::new(crypto::ring::default_provider());
        let chain = match self.mode {
            Mode::VerifyCa | Mode::VerifyFull => {
                let builder =
                    WebPkiServerVerifier::builder_with_provider(Arc::new(self.trusted()?), provider.clone());
                Some(builder.build().map_err(io::Error::other)?)
            }
            Mode::Disable | Mode::Prefer | Mode::Require => None,
        };
        let verifier =
            Verifier { chain, heeds_name: self.mode == Mode::VerifyFull, provider: provider.clone() };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        Ok(builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth())
    }

    /// The certificates that are trusted: the named ones, or the system's.
    fn trusted(&self) -> io::Result<RootCertStore> {
        let mut store = RootCertStore::empty();
        match &self.roots {
            Some(file) => {
                for certificate in CertificateDer::pem_file_iter(file).map_err(io::Error::other)? {
                    store.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
                }
            }
            None => {
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        Ok(store)
    }
}

/// Heeds as much of a certificate as the mode asks for. libpq's `require` and `prefer` heed nothing of it.
#[derive(Debug)]
struct Verifier {
    chain: Option<Arc<WebPkiServerVerifier>>,
    heeds_name: bool,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(certificate, intermediates, name, stapled, now) {
            // The name is looked at last: the rest is in order.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if !self.heeds_name => Ok(ServerCertVerified::assertion()),
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What SCRAM binds a log-in to: the hash of the server's certificate, by the algorithm that signs it. `None` where the
/// standard names no hash.
pub(super) fn fingerprint(certificate: &[u8]) -> Option<Vec<u8>> {
    // Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm ::= SEQUENCE { algorithm OBJECT IDENTIFIER, … }, … }
    let (certificate_body, _) = element(certificate, 0x30)?;
    let (_, after) = element(certificate_body, 0x30)?;
    let (algorithm, _) = element(after, 0x30)?;
    let (oid, _) = element(algorithm, 0x06)?;
    let digest = match oid {
        // sha384WithRSAEncryption, ecdsa-with-SHA384
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3] => {
            &digest::SHA384
        }
        // sha512WithRSAEncryption, ecdsa-with-SHA512
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13] | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4] => {
            &digest::SHA512
        }
        // MD5, SHA-1 and SHA-256 with RSA; ECDSA with SHA-1 and SHA-256: RFC 5929 puts SHA-256 for the weak ones.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 4 | 5 | 11]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 1]
        | [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2] => &digest::SHA256,
        _ => return None,
    };
    Some(digest::digest(digest, certificate).as_ref().to_vec())
}

/// The body of a DER element of this kind, and what follows it.
fn element(text: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    let (first, rest) = text.split_first()?;
    let (size, rest) = rest.split_first()?;
    if *first != kind {
        return None;
    }
    let (length, rest) = match *size {
        short @ 0..0x80 => (usize::from(short), rest),
        long => {
            let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
            let length = bytes
                .iter()
                .try_fold(0_usize, |length, byte| length.checked_mul(256)?.checked_add(usize::from(*byte)))?;
            (length, rest)
        }
    };
    rest.split_at_checked(length)
}
