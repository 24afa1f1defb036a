//! Files that leave the school, under a passphrase that is shown once and kept nowhere.

use chassis::{
    error::Result,
    jose::{
        jwe::{Chance, seal},
        passphrase,
    },
};

use crate::App;

/// A file as it leaves.
pub(super) struct Away {
    pub(super) content: Vec<u8>,
    pub(super) media_type: String,
    pub(super) file_name: String,
    pub(super) passphrase: String,
}

/// Encrypts a file. Hashing the passphrase takes a while: nobody else's time is taken, and no transaction is to be open.
pub(super) async fn encrypted(app: &App, content: Vec<u8>, media_type: &str, file_name: &str) -> Result<Away> {
    let passphrase = passphrase::new();
    let (told, kind) = (passphrase.clone(), media_type.to_owned());
    let sealed = app.hashing.work(move || seal(&content, &kind, &told, Chance::random())).await??;
    Ok(Away {
        content: sealed.into_bytes(),
        media_type: "application/jose".to_owned(),
        file_name: format!("{file_name}.jwe"),
        passphrase,
    })
}
