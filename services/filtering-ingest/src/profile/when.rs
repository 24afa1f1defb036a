//! When an event happened: of the times its line has, its header's, and the moment it was received.

use time::{Duration, OffsetDateTime};

use super::{
    Context, Profile,
    framing::Framed,
    moment::{self, Unit, Written},
    slots::Slots,
    zone::Zone,
};
use crate::observation::{Rejected, TimeBasis, Warning, Warnings};

/// A device's clock may be so far ahead.
const AHEAD: Duration = Duration::minutes(5);
/// A line may be so late.
const LATE: Duration = Duration::hours(24);
/// No log is sent so late: a time before that is a clock that was never set, or was set back.
const BELIEVED: Duration = Duration::days(2 * 366);

/// When an event happened, and what is odd about its line so far.
pub(super) struct When {
    /// The moment.
    pub event_at: OffsetDateTime,
    /// Where it came from.
    pub time_basis: TimeBasis,
    /// What is odd so far.
    pub warnings: Warnings,
}

impl Profile {
    /// When it happened.
    pub(super) fn when(
        &self,
        slots: &Slots<'_>,
        framed: &Framed<'_>,
        context: Context<'_>,
        mut warnings: Warnings,
    ) -> Result<When, Rejected> {
        let (event_at, time_basis) = self.moment(slots, framed, context, &mut warnings)?;
        Ok(When { event_at, time_basis, warnings })
    }

    fn moment(
        &self,
        slots: &Slots<'_>,
        framed: &Framed<'_>,
        context: Context<'_>,
        warnings: &mut Warnings,
    ) -> Result<(OffsetDateTime, TimeBasis), Rejected> {
        let mut unreadable = false;
        for time in &self.times {
            let written = time.from.get(slots, warnings);
            if self.is_empty(&written) {
                continue;
            }
            let read = match time.unit {
                Unit::Auto => match moment::epoch(&written, Unit::Auto) {
                    Some(at) => Some(Written::Moment(at)),
                    None => moment::read(&written, time.order),
                },
                unit => moment::epoch(&written, unit).map(Written::Moment),
            };
            let Some(read) = read else {
                unreadable = true;
                continue;
            };
            let zone = match &time.zone_from {
                None => time.zone,
                Some(source) => {
                    let named = source.get(slots, warnings);
                    let zone = Zone::new(&named);
                    if zone.is_none() && !self.is_empty(&named) {
                        warnings.add(Warning::UnknownZone);
                    }
                    zone.or(time.zone)
                }
            };
            if let Some(settled) = settle(read, zone, time.zone_from.is_some(), context, warnings) {
                return Ok(checked(settled, context, warnings));
            }
            unreadable = true;
        }
        if self.layout.positional() {
            return Err(Rejected::malformed("the line does not begin with a time"));
        }
        if unreadable {
            warnings.add(Warning::UnreadableTime);
        }
        if let Some(settled) = framed.at.and_then(|at| settle(at, None, false, context, warnings)) {
            warnings.add(Warning::HeaderTime);
            return Ok(checked(settled, context, warnings));
        }
        Ok((context.received_at, TimeBasis::ReceiveTime))
    }
}

/// A written time as a moment.
fn settle(
    written: Written,
    zone: Option<Zone>,
    by_line: bool,
    context: Context<'_>,
    warnings: &mut Warnings,
) -> Option<(OffsetDateTime, TimeBasis)> {
    let local = match written {
        Written::Moment(at) => return Some((at, TimeBasis::StatedZone)),
        Written::Local { at, unknown_zone } => {
            if unknown_zone {
                warnings.add(Warning::UnknownZone);
            }
            at
        }
        Written::NoYear(month, day, time) => moment::nearest(month, day, time, context.received_at)?,
    };
    let basis = if by_line && !warnings.has(Warning::UnknownZone) && zone.is_some() {
        TimeBasis::StatedZone
    } else {
        TimeBasis::ProfileZone
    };
    let zone = zone.or_else(|| Zone::new(context.time_zone)).unwrap_or(Zone::London);
    let (at, odd) = zone.utc(local);
    if let Some(odd) = odd {
        warnings.add(odd);
    }
    Some((at, if odd == Some(Warning::SkippedTime) { TimeBasis::Corrected } else { basis }))
}

/// A time held against the platform's clock. One that cannot be is told of; it never hides an alert.
fn checked(
    (at, basis): (OffsetDateTime, TimeBasis),
    context: Context<'_>,
    warnings: &mut Warnings,
) -> (OffsetDateTime, TimeBasis) {
    let received = context.received_at;
    if received == OffsetDateTime::UNIX_EPOCH {
        return (at, basis);
    }
    let behind = received - at;
    if behind < -LATE {
        warnings.add(Warning::ClockAhead);
        return (received, TimeBasis::Corrected);
    }
    if behind > BELIEVED {
        warnings.add(Warning::ClockBehind);
        return (received, TimeBasis::Corrected);
    }
    if behind < -AHEAD {
        warnings.add(Warning::ClockAhead);
    } else if behind > LATE {
        warnings.add(Warning::ClockBehind);
    }
    (at, basis)
}
