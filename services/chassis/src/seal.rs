//! stub being replaced by the helper
#![allow(missing_docs)]
use crate::error::Result;
pub struct KeyRing; pub struct DataKey;
impl KeyRing { pub fn generate() -> Self { Self } pub fn own_key(&self) -> DataKey { DataKey }
 pub fn wrap(&self, _k: &DataKey, _member: &str) -> Vec<u8> { vec![] } pub fn unwrap(&self, _w: &[u8], _member: &str) -> Result<DataKey> { Ok(DataKey) }
 pub fn token(&self, _school: &str, _t: &str) -> [u8; 32] { [0; 32] } }
impl DataKey { pub fn random() -> Self { Self } pub fn seal(&self, b: &[u8], _: &str) -> Vec<u8> { b.to_vec() } pub fn open(&self, b: &[u8], _: &str) -> Result<Vec<u8>> { Ok(b.to_vec()) } }
