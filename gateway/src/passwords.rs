//! Passwords: Argon2id with 19 MiB, two passes, one lane, off the async threads and only a few at a time.

use std::{sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};
use chassis::error::{Error, Result};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: the floor that OWASP's password storage advice gives for Argon2id.
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// How many are worked at once: each takes 19 MiB and a core.
const AT_ONCE: usize = 4;
/// How long one waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Checked in place of an account that does not exist, so that its absence takes as long.
    nobody: Arc<str>,
}

impl Passwords {
    /// A hasher.
    ///
    /// # Errors
    /// `Internal` where the cost is refused or there is no randomness.
    pub fn new() -> Result<Self> {
        let nobody = hash(&rand::random::<[u8; 16]>())?;
        Ok(Self { turns: Arc::new(Semaphore::new(AT_ONCE)), nobody: nobody.into() })
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// `Exhausted` where too many wait.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.as_bytes().to_vec();
        self.work(move || hash(&password)).await?
    }

    /// Whether a password is the account's; for no account it takes as long and is false.
    ///
    /// # Errors
    /// `Exhausted` where too many wait.
    pub async fn check(&self, password: &str, kept: Option<&str>) -> Result<bool> {
        let known = kept.is_some();
        let (password, kept) = (password.as_bytes().to_vec(), kept.unwrap_or(&self.nobody).to_owned());
        let right = self
            .work(move || {
                let kept = PasswordHash::new(&kept).map_err(|e| Error::internal(e.to_string()))?;
                Ok::<_, Error>(argon2()?.verify_password(&password, &kept).is_ok())
            })
            .await??;
        Ok(right && known)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turn = tokio::time::timeout(TURN, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::too_many(5))?.map_err(Error::internal)?;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::internal)
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|e| Error::internal(e.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The hash of a password, on this very thread.
pub(crate) fn hash(password: &[u8]) -> Result<String> {
    let hash: PasswordHash = argon2()?.hash_password(password).map_err(|e| Error::internal(e.to_string()))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_of_the_stated_cost() -> Result<()> {
        let passwords = Passwords::new()?;
        let kept = passwords.hash("correct horse battery").await?;
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(passwords.check("correct horse battery", Some(&kept)).await?);
        assert!(!passwords.check("correct horse batterz", Some(&kept)).await?);
        assert!(!passwords.check("correct horse battery", None).await?);
        Ok(())
    }

    #[tokio::test]
    async fn an_unknown_name_costs_as_much_as_a_wrong_password() -> Result<()> {
        let passwords = Passwords::new()?;
        assert!(passwords.nobody.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        Ok(())
    }
}
