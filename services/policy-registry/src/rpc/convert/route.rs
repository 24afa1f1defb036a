//! Routes to agencies in the contract's form.

use proto::policy_registry::v1 as wire;

use crate::template::{
    procedure::StepClock,
    routes::{Field, Route, Rung},
};

pub(super) fn route(route: &Route) -> wire::AgencyRoute {
    wire::AgencyRoute {
        key: route.key.clone(),
        title: route.title.clone(),
        threshold: route.threshold.clone(),
        advice: route.advice.clone(),
        maker: route.maker.clone(),
        agencies: route.agencies.clone(),
        send: Some(clock(&route.send)),
        answer: Some(clock(&route.answer)),
        duty: route.duty.clone(),
        from_date: route.from.clone(),
        until_date: route.until.clone(),
        fields: route.fields.iter().map(field).collect(),
    }
}

fn clock(clock: &StepClock) -> wire::Clock {
    wire::Clock { kind: clock.kind.clone(), amount: clock.amount, source: clock.source.clone() }
}

fn field(field: &Field) -> wire::AgencyRouteField {
    wire::AgencyRouteField {
        key: field.key.clone(),
        group: field.group.clone(),
        label: field.label.clone(),
        hint: field.hint.clone(),
        kind: field.kind.clone(),
        options: field.options.clone(),
        required: field.required,
        required_when: field.required_when.clone(),
        source: field.source.clone(),
    }
}

pub(super) fn rung(rung: &Rung) -> wire::EscalationRung {
    wire::EscalationRung { key: rung.key.clone(), title: rung.title.clone(), days: rung.days }
}
