//! Lists in the order of names: a cursor is the name and the id of the last row.

use chassis::page::Page;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter as _, QueryOrder as _, QuerySelect as _, Select};

/// What comes between the two halves of a cursor: no name holds it.
const BETWEEN: char = '\u{1f}';

/// A name as lists are ordered by it.
pub(super) fn sort_name(name: &str) -> String {
    name.to_lowercase()
}

/// A page of a query, by name and then by id.
pub(super) fn page<E: EntityTrait>(query: Select<E>, name: E::Column, id: E::Column, page: &Page) -> Select<E> {
    let query = query.order_by_asc(name).order_by_asc(id).limit(page.limit());
    let Some((last_name, last_id)) = page.after().and_then(|after| after.split_once(BETWEEN)) else { return query };
    let same = Condition::all().add(name.eq(last_name)).add(id.gt(last_id));
    query.filter(Condition::any().add(name.gt(last_name)).add(same))
}

/// Where a list goes on after this row.
pub(super) fn cursor(name: &str, id: &str) -> String {
    format!("{}{BETWEEN}{id}", sort_name(name))
}
