//! The embedded default on the demonstration's data: how soon it is ready, and what it holds when idle.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::net::TcpStream;

use crate::{Result, figures::Samples, pages::Browser};

/// How often it is started.
const STARTS: usize = 10;
/// How long it is left alone before its memory is read.
const REST: Duration = Duration::from_secs(3);

/// The demonstration's data in a folder.
pub struct Demo(TempDir);

/// `hedgerow serve all` as a process; it ends with the value.
pub struct Served {
    /// Where it listens.
    pub address: String,
    process: Child,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Demo {
    /// Makes the data.
    pub fn make() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let begun = Instant::now();
        let made = hedgerow(&folder).args(["demo", "--only-data"]).stderr(Stdio::null()).status()?;
        if !made.success() {
            return Err("the demonstration's data could not be made".into());
        }
        println!("demonstration data: made in {:.1} s", begun.elapsed().as_secs_f64());
        Ok(Self(folder))
    }

    /// Serves it; answers how long it took until `/readyz` said yes.
    pub async fn serve(&self) -> Result<(Served, Duration)> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let mut command = hedgerow(&self.0);
        // The limit on one address's requests is not what is measured.
        command.envs([("HEDGEROW_GATEWAY__RATE", "1000000"), ("HEDGEROW_GATEWAY__BURST", "1000000")]);
        command.args(["serve", "all"]).env("HEDGEROW_GATEWAY__LISTEN", &address).stderr(Stdio::null());
        let begun = Instant::now();
        let served = Served { process: command.spawn()?, address };
        loop {
            if TcpStream::connect(&served.address).await.is_ok()
                && Browser::new(&served.address).await?.get("/readyz").await?.0 == 200
            {
                return Ok((served, begun.elapsed()));
            }
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the platform did not become ready within a minute".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Prints how soon it is ready and what it holds when idle.
    pub async fn start_and_rest(&self) -> Result<()> {
        let mut ready = Samples::default();
        for _ in 0..STARTS {
            ready.push(self.serve().await?.1);
        }
        println!("ready from an existing data folder (under 1 s): {}", ready.line());
        let (served, _) = self.serve().await?;
        tokio::time::sleep(REST).await;
        let status = std::fs::read_to_string(format!("/proc/{}/status", served.process.id()))?;
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB"));
        let kib: f64 = kib.ok_or("the system does not say how much memory a process holds")?.parse()?;
        println!("resident when idle (under 150 MiB): {:.0} MiB", kib / 1024.0);
        Ok(())
    }
}

fn hedgerow(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hedgerow"));
    command.arg("--data-dir").arg(folder.path()).stdout(Stdio::null());
    command
}
