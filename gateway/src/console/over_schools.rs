//! What the authority sees over its schools, beside a term's figures: `need` why schools need help, `trend` groups of schools over terms,
//! `returns` what the authority returns, `lado` what the designated officer published.

pub mod lado;
pub mod need;
pub mod returns;
pub mod trend;

use axum::routing::get;

use super::{Below, authority, school};

/// The pages, and what the authority says of a school.
pub fn pages() -> Vec<Below> {
    vec![
        ("/authority", get(authority::show)),
        ("/authority.csv", get(authority::csv)),
        ("/authority/needs", get(need::show)),
        ("/authority/needs.csv", get(need::csv)),
        ("/authority/groups", get(trend::show)),
        ("/authority/groups.csv", get(trend::csv)),
        ("/authority/lado", get(lado::show)),
        ("/authority/returns", get(returns::list)),
        ("/authority/returns/{key}", get(returns::show)),
        ("/schools/{school_id}/description/correct", get(school::show_describe).post(school::describe)),
    ]
}
