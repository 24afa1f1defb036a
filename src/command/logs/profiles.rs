//! `hedgerow logs profile put`, `list` and `get`: format profiles of a school's own, or of the authority's, through a gateway.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use chassis::error::{Error, Kind, Result};
use clap::{Args, Subcommand};
use proto::filtering_ingest::v1::{
    CreateProfileRequest, GetProfileRequest, ListProfilesRequest, Profile, UpdateProfileRequest,
    filtering_ingest_client::FilteringIngestClient,
};

use super::parse::own_text;
use crate::{
    client::{self, Gateway},
    config::Config,
};

/// Whose profiles.
#[derive(Debug, Args)]
pub struct Whose {
    /// The school; the authority's where none is named.
    #[arg(long)]
    school: Option<String>,
}

impl Whose {
    fn school(&self) -> String {
        self.school.clone().unwrap_or_default()
    }

    /// What feeds call a profile of theirs by.
    fn called(&self, key: &str) -> String {
        format!("{}.{key}", if self.school.is_some() { "school" } else { "authority" })
    }
}

/// Profiles that are kept.
#[derive(Debug, Subcommand)]
pub enum Kept {
    /// Keeps a profile, or a further version of it: its document is checked here first.
    Put {
        /// The document.
        file: PathBuf,
        #[command(flatten)]
        whose: Whose,
    },
    /// Lists every profile that a feed can name.
    List {
        #[command(flatten)]
        whose: Whose,
    },
    /// Prints a profile's document.
    Get {
        /// The profile: squid, authority.larkspur, school.larkspur, with @3 for a version.
        profile: String,
        #[command(flatten)]
        whose: Whose,
    },
}

type Client = FilteringIngestClient<Gateway>;

impl Kept {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where the document is none; the service's refusal.
    pub async fn run(self, config: &Config) -> Result<()> {
        match self {
            Self::Put { file, whose } => {
                let (document, profile) = own_text(&file)?;
                let mut service = service(config).await?;
                let name = whose.called(profile.name());
                let kept = match get(&mut service, &whose, &name).await {
                    Ok(known) => update(&mut service, &whose, known, document).await?,
                    Err(error) if error.kind() == Kind::Missing => create(&mut service, &whose, document).await?,
                    Err(error) => return Err(error),
                };
                println!("{} version {} is kept", kept.profile, kept.version);
                eprintln!("feeds go on by the version they are set to: see hedgerow call SetFeedProfile");
                Ok(())
            }
            Self::List { whose } => {
                let asked = ListProfilesRequest { school_id: whose.school() };
                let answer = service(config).await?.list_profiles(asked).await;
                let mut out = io::stdout().lock();
                for profile in answer.map_err(|status| Error::from_status(&status))?.into_inner().profiles {
                    let state = if profile.retire_time.is_some() { "retired" } else { profile.known.as_str() };
                    let (name, version, product) = (&profile.profile, profile.version, &profile.product);
                    writeln!(out, "{name:<30} {version:>4} {product:<58} {state}").map_err(Error::internal)?;
                }
                Ok(())
            }
            Self::Get { profile, whose } => {
                let profile = get(&mut service(config).await?, &whose, &profile).await?;
                io::stdout().lock().write_all(profile.document.as_bytes()).map_err(Error::internal)
            }
        }
    }
}

async fn service(config: &Config) -> Result<Client> {
    Ok(FilteringIngestClient::new(client::gateway(config).await?))
}

async fn get(service: &mut Client, whose: &Whose, profile: &str) -> Result<Profile> {
    let asked = GetProfileRequest { school_id: whose.school(), profile: profile.to_owned() };
    let answer = service.get_profile(asked).await.map_err(|status| Error::from_status(&status))?;
    answer.into_inner().profile.ok_or_else(Error::missing)
}

async fn create(service: &mut Client, whose: &Whose, document: String) -> Result<Profile> {
    let command = CreateProfileRequest { school_id: whose.school(), document, request_id: client::request_id() };
    let answer = service.create_profile(command).await.map_err(|status| Error::from_status(&status))?;
    Ok(answer.into_inner().profile.unwrap_or_default())
}

async fn update(service: &mut Client, whose: &Whose, known: Profile, document: String) -> Result<Profile> {
    let command = UpdateProfileRequest {
        school_id: whose.school(),
        profile: known.profile,
        document,
        etag: known.etag,
        request_id: client::request_id(),
    };
    let answer = service.update_profile(command).await.map_err(|status| Error::from_status(&status))?;
    Ok(answer.into_inner().profile.unwrap_or_default())
}
