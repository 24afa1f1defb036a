//! TLS of syslog (RFC 5425): ours is a certificate that senders check as they like; theirs is known by its fingerprint, and
//! may be signed by itself. Whoever holds its key is the sender; when it runs out is no matter of ours.

use std::{path::Path, sync::Arc};

use chassis::error::{Error, Result};
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, ServerConnection, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};
use sha2::{Digest as _, Sha256};
use tokio_rustls::TlsAcceptor;

/// Accepts connections with a certificate of ours.
///
/// # Errors
/// `Invalid` where certificate or key cannot be read, or do not belong together.
pub(super) fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let read = |name: &str, file: &Path| {
        std::fs::read(file).map_err(|e| Error::invalid(format!("syslog.{name}"), format!("{}: {e}", file.display())))
    };
    let chain: Result<Vec<CertificateDer<'static>>, _> =
        CertificateDer::pem_slice_iter(&read("certificate", certificate)?).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain =
        chain.ok_or_else(|| Error::invalid("syslog.certificate", "Enter a file of certificates in PEM form"))?;
    let key = PrivateKeyDer::from_pem_slice(&read("key", key)?)
        .map_err(|_| Error::invalid("syslog.key", "Enter a file of a private key in PEM form, without a passphrase"))?;
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(Error::internal)?
        .with_client_cert_verifier(Arc::new(AnyHolder(provider)))
        .with_single_cert(chain, key)
        .map_err(|e| Error::invalid("syslog.certificate", format!("Enter a certificate and its own key: {e}")))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// What a sender's certificate is registered by.
pub(super) fn fingerprint(connection: &ServerConnection) -> Option<String> {
    let certificate = connection.peer_certificates()?.first()?;
    Some(hex::encode(Sha256::digest(certificate)))
}

/// Lets in whoever proves to hold the key of the certificate they show. Whose it is, is looked up afterwards.
#[derive(Debug)]
struct AnyHolder(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyHolder {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
