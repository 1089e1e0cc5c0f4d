//! Reads all migrations below the paths it is given and says how much of them was understood:
//! `cargo run --example survey PATH…`

#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use mig_check::frontend;
use mig_check::history::{Project, Script};
use mig_check::operation::Operation;
use mig_check::source::Sources;

fn main() {
    for path in std::env::args().skip(1) {
        let (mut sources, start) = (Sources::new(), Instant::now());
        match frontend::load(Path::new(&path), &mut sources) {
            Ok(projects) => {
                let seconds = start.elapsed().as_secs_f64();
                println!("{path}: {} projects in {seconds:.2} s", projects.len());
                projects.iter().for_each(|project| survey(project, &sources));
            }
            Err(error) => println!("{error}"),
        }
    }
}

fn survey(project: &Project, sources: &Sources) {
    let scripts = || project.migrations.iter().flat_map(|it| std::iter::once(&it.up).chain(&it.down));
    let statements: usize = scripts().map(|script| script.statements.len()).sum();
    let downs = project.migrations.iter().filter(|migration| migration.down.is_some()).count();
    println!(
        "  {} ({}): {} migrations, {downs} with a downgrade, {statements} statements",
        project.root,
        project.framework.name,
        project.migrations.len(),
    );
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, step) in scripts().flat_map(Script::steps) {
        let place = sources.position(step.span);
        let at = || format!("{}:{}", sources.file(step.span.source).display_path(), place.line);
        match &*step.operation {
            Operation::Unparsed { message } => println!("    {}: {message}", at()),
            Operation::Opaque { reason } => println!("    {}: opaque: {reason}", at()),
            Operation::Other { kind, .. } => *others.entry(kind).or_default() += 1,
            _ => {}
        }
    }
    if !others.is_empty() {
        let others: Vec<String> = others.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        println!("    other: {}", others.join(", "));
    }
    for fault in project.graph().faults {
        println!("    {fault:?}");
    }
    for problem in &project.problems {
        let file = sources.file(problem.span.source);
        println!("    {}: {:?}: {}", file.display_path(), problem.kind, problem.message);
    }
}
