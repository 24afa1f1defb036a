//! `hedgerow serve`, `demo`, `bootstrap`: processes.

use std::{path::PathBuf, sync::Arc};

use chassis::{
    caller::GATEWAY,
    clock::{ManualClock, SharedClock, SystemClock},
    error::{Error, Result},
    serve, telemetry,
};
use clap::Args;
use tokio::net::TcpListener;

use crate::{
    config::Config,
    demo,
    platform::{Parts, Platform},
};

/// Runs one role or all.
#[derive(Debug, Args)]
pub struct Serve {
    /// `all`, `gateway`, `policy-registry`, `incident-cases`, `filtering-ingest` or `reporting`.
    role: String,
}

impl Serve {
    /// Runs it until the process is told to end.
    ///
    /// # Errors
    /// Where a role does not start.
    pub async fn run(self, config: Config) -> Result<()> {
        let _guard = telemetry::init(&self.role, &config.telemetry)?;
        let parts = Parts::new(config.clone(), Arc::new(SystemClock)).await?;
        if self.role == "all" {
            return serve_all(Platform::all(parts).await?, &config).await;
        }
        let platform = Platform::role(parts, &self.role).await?;
        let listen = if self.role == GATEWAY { &config.gateway.listen } else { &config.service(&self.role).listen };
        let listener = bind(listen).await?;
        eprintln!("{} listens on {}", self.role, address(&listener));
        until_told(listener, platform).await
    }
}

async fn serve_all(platform: Platform, config: &Config) -> Result<()> {
    let listener = bind(&config.gateway.listen).await?;
    eprintln!("hedgerow listens on http://{}", address(&listener));
    until_told(listener, platform).await
}

/// Serves the gateway, or the one service there is, until the process is told to end.
async fn until_told(listener: TcpListener, platform: Platform) -> Result<()> {
    let served = {
        let shutdown = platform.shutdown.clone();
        let serving = async {
            match (&platform.gateway, platform.services.first()) {
                (Some(gateway), _) => gateway.serve(listener, shutdown).await,
                (None, Some(service)) => serve::serve(listener, service.router().await, shutdown).await,
                (None, None) => Ok(()),
            }
        };
        tokio::pin!(serving);
        tokio::select! {
            served = &mut serving => served,
            () = serve::until_told() => {
                platform.say_end();
                serving.await
            }
        }
    };
    platform.end().await;
    served
}

async fn bind(listen: &str) -> Result<TcpListener> {
    TcpListener::bind(listen).await.map_err(|e| {
        Error::invalid("listen", format!("{listen} cannot be listened on: {e}; set another address and port"))
    })
}

fn address(listener: &TcpListener) -> String {
    listener.local_addr().map(|a| a.to_string()).unwrap_or_default()
}

/// Runs everything with fictional data.
#[derive(Debug, Args)]
pub struct Demo {
    /// Makes the data and ends.
    #[arg(long)]
    only_data: bool,
}

impl Demo {
    /// Runs it until the process is told to end.
    ///
    /// # Errors
    /// Where the data cannot be made.
    pub async fn run(self, mut config: Config) -> Result<()> {
        if config.data_dir == *"data" {
            config.data_dir = "data/demo".into();
        }
        config.gateway.authority_name = "Northshire Council".into();
        if config.redis_url.is_some() {
            return Err(Error::invalid("redis_url", "The demonstration runs in one process: leave Redis out"));
        }
        let _guard = telemetry::init("demo", &config.telemetry)?;
        let clock = ManualClock::new(demo::start());
        let fresh = !config.data_dir.join("demo-is-made").exists();
        if fresh && config.data_dir.exists() && config.data_dir.read_dir().is_ok_and(|mut d| d.next().is_some()) {
            return Err(Error::invalid(
                "data_dir",
                format!(
                    "{} holds something else, or half a demonstration: remove it or name another folder",
                    config.data_dir.display()
                ),
            ));
        }
        let parts = Parts::new(config.clone(), clock.clone() as SharedClock).await?;
        if fresh {
            let platform = Platform::all(parts).await?;
            demo::make(&platform, &clock).await?;
            clock.release();
            std::fs::write(config.data_dir.join("demo-is-made"), "").map_err(Error::internal)?;
            if self.only_data {
                platform.end().await;
                return Ok(());
            }
            println!("{}", demo::sign_ins(&config.gateway.listen));
            return serve_all(platform, &config).await;
        }
        clock.release();
        println!("{}", demo::sign_ins(&config.gateway.listen));
        serve_all(Platform::all(parts).await?, &config).await
    }
}

/// Makes the first account.
#[derive(Debug, Args)]
pub struct Bootstrap {
    /// Its sign-in name.
    #[arg(default_value = "officer")]
    name: String,
    /// A file that holds its password; without it the password is read from standard input.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl Bootstrap {
    /// Makes it, unless there is one already.
    ///
    /// # Errors
    /// Where the gateway's database cannot be reached or has accounts.
    pub async fn run(self, config: Config) -> Result<()> {
        let password = super::password(self.password_file.as_deref())?;
        let parts = Parts::new(config, Arc::new(SystemClock)).await?;
        let setup = parts.setup(GATEWAY, &chassis::upstream::Upstreams::default())?;
        gateway::bootstrap(&setup, &self.name, password.trim_end_matches(['\r', '\n'])).await?;
        println!("{} may sign in as an officer of the authority", self.name);
        Ok(())
    }
}
