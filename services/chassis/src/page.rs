//! Pages of lists: sizes are coerced, cursors are opaque.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::error::{Error, Result};

/// The size where none is asked for.
const DEFAULT_SIZE: i32 = 50;
/// The largest size.
const MAX_SIZE: i32 = 1000;

/// One page that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    size: u64,
    after: Option<String>,
}

impl Page {
    /// Reads a page request.
    ///
    /// # Errors
    /// Names `page_size` or `page_token` where it cannot be read.
    pub fn from(page_size: i32, page_token: &str) -> Result<Self> {
        if page_size < 0 {
            return Err(Error::invalid("page_size", "Enter a number from 0 to 1000"));
        }
        let size = match page_size {
            0 => DEFAULT_SIZE,
            n => n.min(MAX_SIZE),
        };
        let after = match page_token {
            "" => None,
            token => Some(
                URL_SAFE_NO_PAD
                    .decode(token)
                    .ok()
                    .and_then(|bytes| String::from_utf8(bytes).ok())
                    // PostgreSQL takes no null character, not even to compare with.
                    .filter(|cursor| !cursor.contains('\0'))
                    .ok_or_else(|| Error::invalid("page_token", "Send back the token exactly as it was given"))?,
            ),
        };
        Ok(Self { size: size.unsigned_abs().into(), after })
    }

    /// How many rows to ask the store for: one more than the page holds, to know whether there are more.
    pub fn limit(&self) -> u64 {
        self.size + 1
    }

    /// The cursor after which the page begins.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Cuts the surplus row off and answers the next page's token, empty where there is none.
    pub fn cut<T>(&self, items: &mut Vec<T>, cursor: impl Fn(&T) -> String) -> String {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        if items.len() <= size {
            return String::new();
        }
        items.truncate(size);
        items.last().map(|last| URL_SAFE_NO_PAD.encode(cursor(last))).unwrap_or_default()
    }
}

/// Reads a list to its end, page after page.
///
/// # Errors
/// The first refusal.
pub async fn whole<T, F>(read: impl Fn(Page) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Vec<T>, String)>>,
{
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let (found, next) = read(Page::from(MAX_SIZE, &token)?).await?;
        all.extend(found);
        if next.is_empty() {
            return Ok(all);
        }
        token = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_list_is_read_to_its_end() -> Result<()> {
        let last = 2 * MAX_SIZE + 1;
        let read = |page: Page| async move {
            let first = page.after().and_then(|after| after.parse().ok()).map_or(0, |after: i32| after + 1);
            let mut found: Vec<i32> = (first..=last).take(usize::try_from(page.limit()).unwrap_or_default()).collect();
            let next = page.cut(&mut found, ToString::to_string);
            Ok((found, next))
        };
        assert_eq!(whole(read).await?, (0..=last).collect::<Vec<_>>());
        let refused = |_| async { Err::<(Vec<i32>, String), _>(Error::wrong_state("no")) };
        assert!(whole(refused).await.is_err());
        Ok(())
    }

    #[test]
    fn a_page_token_leads_to_the_next_page() -> Result<()> {
        let page = Page::from(2, "")?;
        let mut items = vec![1, 2, 3];
        let token = page.cut(&mut items, ToString::to_string);
        assert_eq!(items, [1, 2]);
        assert_eq!(Page::from(2, &token)?.after(), Some("2"));
        assert!(Page::from(2, "§").is_err() && Page::from(2, "AAAA").is_err() && Page::from(-1, "").is_err());
        Ok(())
    }
}
