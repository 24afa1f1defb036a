//! What the authority sees over its schools, beside a term's figures: `need` why schools need help, `trend` groups of schools over terms,
//! `returns` what the authority returns, `lado` what the designated officer published.

pub mod lado;
pub mod need;
pub mod returns;
pub mod trend;

use axum::routing::get;

use super::Below;

/// The pages.
pub fn pages() -> Vec<Below> {
    vec![
        ("/needs", get(need::show)),
        ("/needs.csv", get(need::csv)),
        ("/trends", get(trend::show)),
        ("/trends.csv", get(trend::csv)),
        ("/lado", get(lado::show)),
        ("/returns", get(returns::list)),
        ("/returns/{key}", get(returns::show)),
    ]
}
