//! A line that holds several records: each is accounted for, under the line's number.

use super::{Feed, Further, LineReader, Taken};
use crate::{
    judge::Judge,
    line::Line,
    profile::{Context, JOINED},
};

impl Taken {
    /// Takes in every record of a line.
    pub(super) fn several<'a, 'p: 'a>(
        &mut self,
        (number, line): (u64, &'a Line<'_>),
        context: Context<'_>,
        reader: &mut LineReader<'p>,
        feed: &Feed<'_>,
        judge: &mut Judge<'_>,
    ) {
        let (mut first, mut refused) = (true, false);
        reader.each(line, context, |text, read| {
            let further = !std::mem::take(&mut first);
            let refuses = feed.further == Further::Refuse;
            if further {
                // Where the first of them is rejected with its whole line, they are in it.
                if feed.further == Further::Pass || (refuses && refused) {
                    return;
                }
                self.counts.received += 1;
                self.further += 1;
            }
            match read {
                Ok(_) if further && refuses => self.reject(number, JOINED, Some(text)),
                Ok(observation) => self.observe(number, observation, feed, judge),
                Err(why) => {
                    refused = true;
                    let text = if refuses && !further { &*line.text } else { text };
                    self.reject(number, why, Some(text));
                }
            }
        });
    }
}
