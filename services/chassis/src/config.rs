//! stub
#![allow(missing_docs)]
#[derive(Clone)] pub struct Database { pub url: String, pub migrate_url: Option<String>, pub max_connections: u32 }
