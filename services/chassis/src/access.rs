//! stub
#![allow(missing_docs)]
use proto::access::v1::{Permission, Role};
pub struct Access;
pub enum Decision { Allow, Deny }
pub enum Principal<'a> { Account { id: &'a str, roles: &'a [Role] }, Service(&'a str) }
pub enum Resource<'a> { School(&'a str), Authority, Own }
impl Access { pub fn load() -> Result<Self, String> { Ok(Self) }
 pub fn may(&self, _p: Principal<'_>, _x: Permission, _r: Resource<'_>, _c: &[&str]) -> Decision { Decision::Allow } }
