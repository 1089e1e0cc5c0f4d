//! A view over a table with row-level security that runs with the rights of its owner.

use crate::lint::prelude::*;
use crate::lint::schema::View;

/// The rule.
pub static RULE: Rule = Rule {
    info: RuleInfo {
        id: "view-skips-row-security",
        summary: "A view reads a table with row-level security as its owner, so its readers see rows that the policies hide",
        severity: Severity::Warning,
        preset: Preset::Default,
        since: "0.1.0",
        page: page!("view-skips-row-security"),
        evidence: Evidence::Lint,
    },
    check: Check::Step(check),
};

fn check(context: &Context<'_>) -> Option<Draft> {
    match context.operation {
        Operation::CreateView { name, materialized: false, reads, options, .. } => {
            let guarded = |table: &&Name| context.schema.table(table).is_some_and(|known| known.row_security);
            let table = reads.iter().find(guarded)?;
            let minded = is_on(options, INVOKER) || is_mended(context, name);
            (!minded).then(|| draft(context, name, table).label(format!("{table} has row-level security")))
        }
        Operation::AlterTable { table, action: "ENABLE ROW LEVEL SECURITY", .. } => {
            let plain = |view: &View| !view.materialized && !view.invoker;
            let (name, _) = context
                .schema
                .views_of(table)
                .find(|(name, view)| plain(view) && !is_mended(context, name))?;
            Some(draft(context, name, table).label(format!("{} does not heed it", shown(name))))
        }
        _ => None,
    }
}

fn draft(context: &Context<'_>, view: &Name, table: &Name) -> Draft {
    let (view, table) = (shown(view), shown(table));
    let code =
        Advice::new(context).run(Code::sql(format!("ALTER VIEW {view} SET (security_invoker = true)")));
    let draft = Draft::new(format!("Who may read {view} sees the rows of {table} that the owner of {view} may see, whatever the policies of {table} say of the reader"))
        .note("A superuser, and the owner of the table, see every row");
    if context.meets_before(15) {
        return draft.help("From PostgreSQL 15 on, let the view run with the rights of its reader; before, grant it to nobody whom the policies hold back", code.finish());
    }
    draft.help("Let the view run with the rights of its reader", code.finish())
}

/// What says that a view runs with the rights of its reader.
const INVOKER: &str = "security_invoker";

/// Whether a later statement of the script says so.
fn is_mended(context: &Context<'_>, view: &Name) -> bool {
    context.later().any(|(_, operation)| match operation {
        Operation::Other { kind: "ALTER VIEW", objects, options } => {
            objects.iter().any(|name| name.name == view.name) && is_on(options, INVOKER)
        }
        Operation::CreateView { name, .. } => name.name == view.name,
        Operation::DropView { name, .. } => name.name == view.name,
        _ => false,
    })
}
