//! The procedures, as steps to be followed.

use paper::{Block, Item};

use super::{Writer, words};
use crate::{
    instance::Instance,
    template::{Template, procedure::Step},
};

impl Writer<'_> {
    pub(super) fn procedures(&mut self, instance: &Instance, template: &Template) {
        let procedures = instance.procedures(template);
        if procedures.iter().all(|procedure| procedure.steps.is_empty()) {
            return;
        }
        self.section("procedures", "What we do, step by step");
        self.say("For each kind of incident these steps are taken in order. A step with a condition is taken where the condition is met.");
        if !template.gates.is_empty() {
            self.part("rules", "Rules that hold throughout");
            let item = |title: &String| Item { text: self.text(title), more: Vec::new() };
            let items = template.gates.iter().map(|gate| item(&gate.title)).collect();
            self.blocks.push(Block::List { counted: false, items });
        }
        for procedure in procedures.iter().filter(|procedure| !procedure.steps.is_empty()) {
            self.part(&format!("procedure-{}", procedure.id.to_lowercase()), &procedure.title);
            let items = procedure.steps.iter().map(|step| self.step(step)).collect();
            self.blocks.push(Block::List { counted: true, items });
        }
    }

    fn step(&self, step: &Step) -> Item {
        let mut more = vec![format!("Who: {}.", words::who(step))];
        more.extend(words::when(&step.clock).map(|when| format!("By when: {when}.")));
        let mut more = vec![more.join(" ")];
        more.extend(words::only_where(&step.condition).map(|condition| format!("Only where {condition}.")));
        if !step.prohibitions.is_empty() {
            let never: Vec<String> = step.prohibitions.iter().map(|never| words::within(never)).collect();
            more.push(format!("Never: {}.", never.join("; ")));
        }
        Item { text: self.text(&step.title), more: more.iter().map(|line| self.text(line)).collect() }
    }
}
