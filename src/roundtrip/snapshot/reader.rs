//! Joins the answers of the catalog into objects by name.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::super::answers::{Cells, cell};
use super::catalog::Answer;
use super::{Kind, Object, ObjectId, Snapshot};
use crate::operation::Name;

/// Reads the answers, each given by its rows.
pub(super) fn read(answers: &[Vec<&Cells>], version_table: Option<&Name>) -> Snapshot {
    let mut reader = Reader { answers, version_table: version_table.cloned(), ..Reader::default() };
    reader.learn();
    reader.relations();
    reader.columns();
    reader.constraints();
    reader.indexes();
    reader.sequences();
    reader.functions();
    reader.parts();
    reader.types();
    reader.lone_objects();
    reader.snapshot
}

#[derive(Default)]
struct Reader<'a> {
    answers: &'a [Vec<&'a Cells>],
    snapshot: Snapshot,
    /// Members of extensions.
    members: HashSet<&'a str>,
    /// By class, oid and column number.
    comments: HashMap<(&'a str, &'a str), &'a str>,
    schemas: HashMap<&'a str, &'a str>,
    /// Tables, views and domains by oid.
    owners: HashMap<&'a str, ObjectId>,
    /// Names of columns by table and number.
    numbers: HashMap<(&'a str, &'a str), &'a str>,
    version_table: Option<Name>,
}

/// A cell that says something.
fn given(row: &Cells, at: usize) -> Option<&str> {
    row.get(at).and_then(Option::as_deref).filter(|text| !text.is_empty())
}

fn is_true(row: &Cells, at: usize) -> bool {
    cell(row, at) == "t"
}

impl<'a> Reader<'a> {
    fn rows(&self, answer: Answer) -> impl Iterator<Item = &'a Cells> + use<'a> {
        self.answers.get(answer as usize).into_iter().flatten().copied()
    }

    fn learn(&mut self) {
        self.members = self.rows(Answer::Members).map(|row| cell(row, 0)).collect();
        for row in self.rows(Answer::Comments) {
            self.comments.insert((cell(row, 1), cell(row, 2)), cell(row, 3));
        }
        for row in self.rows(Answer::Namespaces) {
            self.schemas.insert(cell(row, 0), cell(row, 1));
            if !self.members.contains(cell(row, 0)) {
                let object = Object::default()
                    .with("owner", given(row, 2))
                    .with("grants", given(row, 3))
                    // Every database has a comment on public that nobody wrote.
                    .with("comment", self.comment(cell(row, 0)));
                self.add(ObjectId::new(Kind::Schema, "", cell(row, 1)), object);
            }
        }
    }

    fn is_version_table(&self, namespace: &str, name: &str) -> bool {
        self.version_table.as_ref().is_some_and(|table| {
            table.name == name
                && table.schema.as_deref().is_none_or(|schema| schema == self.schema(namespace))
        })
    }

    fn schema(&self, oid: &str) -> &'a str {
        self.schemas.get(oid).copied().unwrap_or_default()
    }

    fn comment(&self, oid: &str) -> Option<&'a str> {
        self.comments.get(&(oid, "0")).copied()
    }

    fn add(&mut self, id: ObjectId, object: Object) {
        self.snapshot.objects.insert_mut(id, object);
    }

    fn relations(&mut self) {
        let mut parents: HashMap<&str, Vec<&str>> = HashMap::new();
        for row in self.rows(Answer::Inheritance) {
            parents.entry(cell(row, 0)).or_default().push(cell(row, 1));
        }
        for row in self.rows(Answer::Relations) {
            let (oid, name) = (cell(row, 0), cell(row, 2));
            if self.members.contains(oid) || self.is_version_table(cell(row, 1), name) {
                continue;
            }
            let kind = match cell(row, 3) {
                "v" => Kind::View,
                "m" => Kind::MaterializedView,
                "f" => Kind::ForeignTable,
                "S" => continue,
                _ => Kind::Table,
            };
            let id = ObjectId::new(kind, self.schema(cell(row, 1)), name);
            let inherited = parents.get(oid).map(|parents| parents.join(", "));
            let object = Object::default()
                .with_flag("unlogged", cell(row, 4) == "u")
                .with("options", given(row, 5))
                .with_flag("row level security", is_true(row, 6))
                .with_flag("forced row level security", is_true(row, 7))
                .with("replica identity", Some(cell(row, 8)).filter(|identity| *identity != "d"))
                .with("owner", given(row, 9))
                .with("grants", given(row, 10))
                .with("access method", given(row, 11))
                .with("partition bound", given(row, 12))
                .with("partition key", given(row, 13))
                .with("definition", given(row, 14).map(|text| text.trim_end_matches(';')))
                .with_flag("without data", !is_true(row, 15))
                .with("inherits from", inherited.as_deref())
                .with("comment", self.comment(oid));
            self.owners.insert(oid, id.clone());
            self.add(id, object);
        }
    }

    fn columns(&mut self) {
        let mut order: BTreeMap<ObjectId, Vec<(u32, String)>> = BTreeMap::new();
        for row in self.rows(Answer::Columns) {
            let Some(table) = self.owners.get(cell(row, 0)).cloned() else { continue };
            self.numbers.insert((cell(row, 0), cell(row, 1)), cell(row, 2));
            let number = cell(row, 1).parse().unwrap_or_default();
            let name = cell(row, 2);
            order.entry(table.clone()).or_default().push((number, name.to_owned()));
            if matches!(table.kind, Kind::View | Kind::MaterializedView) {
                continue;
            }
            let generated = match cell(row, 6) {
                "s" => Some("stored"),
                "v" => Some("virtual"),
                _ => None,
            };
            let identity = match cell(row, 5) {
                "a" => Some("always"),
                "d" => Some("by default"),
                _ => None,
            };
            let object = Object::default()
                .with("type", given(row, 3))
                .with_flag("NOT NULL", is_true(row, 4))
                .with("identity", identity)
                .with("generated", generated)
                .with(if generated.is_some() { "expression" } else { "default" }, given(row, 7))
                .with("collation", given(row, 8))
                .with("storage", given(row, 9))
                .with("compression", given(row, 10))
                .with("options", given(row, 11))
                .with("grants", given(row, 12))
                .with("comment", self.comments.get(&(cell(row, 0), cell(row, 1))).copied());
            self.add(ObjectId::part(Kind::Column, &table.schema, &table.name, name), object);
        }
        for (table, mut columns) in order {
            columns.sort_unstable();
            self.snapshot.column_order.insert_mut(table, columns.into_iter().map(|(_, name)| name).collect());
        }
    }

    fn constraints(&mut self) {
        for row in self.rows(Answer::Constraints) {
            if self.members.contains(cell(row, 0)) {
                continue;
            }
            let domain = cell(row, 2) != "0";
            let owner =
                if domain { self.type_name(cell(row, 2)) } else { self.owners.get(cell(row, 1)).cloned() };
            let Some(owner) = owner else { continue };
            let kind = match cell(row, 4) {
                // A fact of the column, or of the domain.
                "n" => continue,
                "p" => "primary key",
                "f" => "foreign key",
                "u" => "unique",
                "c" => "check",
                _ => "exclusion",
            };
            let object = Object::default()
                .with("kind", Some(kind))
                .with("definition", given(row, 5).map(|text| text.trim_end_matches(" NOT VALID")))
                .with_flag("not valid", !is_true(row, 6))
                .with_flag("not enforced", !is_true(row, 8))
                .with("comment", self.comment(cell(row, 0)));
            self.add(ObjectId::part(Kind::Constraint, &owner.schema, &owner.name, cell(row, 3)), object);
        }
    }

    fn indexes(&mut self) {
        let of_constraints: HashSet<&str> = self
            .rows(Answer::Constraints)
            .filter(|row| cell(row, 4) != "f")
            .map(|row| cell(row, 7))
            .collect();
        for row in self.rows(Answer::Indexes) {
            let Some(table) = self.owners.get(cell(row, 1)) else { continue };
            if of_constraints.contains(cell(row, 0)) || self.members.contains(cell(row, 0)) {
                continue;
            }
            let object = Object::default()
                .with("definition", given(row, 4))
                .with_flag("invalid", !is_true(row, 5))
                .with_flag("clustered", is_true(row, 6))
                .with_flag("replica identity", is_true(row, 7))
                .with("comment", self.comment(cell(row, 0)));
            let id = ObjectId::part(Kind::Index, &table.schema, &table.name, cell(row, 3));
            self.add(id, object);
        }
    }

    fn sequences(&mut self) {
        let relations: HashMap<&str, &Cells> =
            self.rows(Answer::Relations).map(|row| (cell(row, 0), row)).collect();
        for row in self.rows(Answer::Sequences) {
            let oid = cell(row, 0);
            let Some(relation) = relations.get(oid).filter(|_| !self.members.contains(oid)) else { continue };
            let owner = self.owners.get(cell(row, 8));
            let column = self.numbers.get(&(cell(row, 8), cell(row, 9)));
            let owned_by = owner
                .zip(column)
                .map(|(table, column)| ObjectId::part(Kind::Column, &table.schema, &table.name, column));
            let of = relations.get(cell(row, 8));
            if cell(row, 10) == "i" || of.is_some_and(|of| self.is_version_table(cell(of, 1), cell(of, 2))) {
                // An identity's sequence is a fact of its column, and the tool's is the tool's.
                continue;
            }
            let object = Object {
                owned_by: owned_by.clone(),
                ..Object::default()
                    .with("type", given(row, 1))
                    .with("start", given(row, 2))
                    .with("increment", given(row, 3))
                    .with("minimum", given(row, 4))
                    .with("maximum", given(row, 5))
                    .with("cache", given(row, 6))
                    .with_flag("cycle", is_true(row, 7))
                    .with(
                        "owned by",
                        owned_by.map(|id| format!("{}.{}", id.sql_table(), id.sql_name())).as_deref(),
                    )
                    .with("owner", given(relation, 9))
                    .with("grants", given(relation, 10))
                    .with("comment", self.comment(oid))
            };
            self.add(
                ObjectId::new(Kind::Sequence, self.schema(cell(relation, 1)), cell(relation, 2)),
                object,
            );
        }
    }

    fn functions(&mut self) {
        for row in self.rows(Answer::Functions) {
            if self.members.contains(cell(row, 0)) {
                continue;
            }
            let kind = match cell(row, 4) {
                "p" => Kind::Procedure,
                "a" => Kind::Aggregate,
                _ => Kind::Function,
            };
            let name = format!("{}({})", cell(row, 2), cell(row, 3));
            let object = Object::default()
                .with("definition", given(row, 5))
                .with("owner", given(row, 6))
                .with("grants", given(row, 7))
                .with("comment", self.comment(cell(row, 0)));
            self.add(ObjectId::new(kind, self.schema(cell(row, 1)), &name), object);
        }
    }

    /// Triggers, rules and policies.
    fn parts(&mut self) {
        for (answer, kind) in [(Answer::Triggers, Kind::Trigger), (Answer::Rules, Kind::Rule)] {
            for row in self.rows(answer) {
                let Some(table) = self.owners.get(cell(row, 1)) else { continue };
                let object = Object::default()
                    .with("definition", given(row, 3).map(|text| text.trim_end_matches(';')))
                    .with("enabled", Some(cell(row, 4)).filter(|enabled| *enabled != "O"))
                    .with("comment", self.comment(cell(row, 0)));
                let id = ObjectId::part(kind, &table.schema, &table.name, cell(row, 2));
                self.add(id, object);
            }
        }
        for row in self.rows(Answer::Policies) {
            let Some(table) = self.owners.get(cell(row, 1)) else { continue };
            let command = match cell(row, 3) {
                "r" => "SELECT",
                "a" => "INSERT",
                "w" => "UPDATE",
                "d" => "DELETE",
                _ => "ALL",
            };
            let object = Object::default()
                .with("command", Some(command))
                .with_flag("restrictive", !is_true(row, 4))
                .with("roles", given(row, 5))
                .with("using", given(row, 6))
                .with("with check", given(row, 7))
                .with("comment", self.comment(cell(row, 0)));
            let id = ObjectId::part(Kind::Policy, &table.schema, &table.name, cell(row, 2));
            self.add(id, object);
        }
    }

    fn type_name(&self, oid: &str) -> Option<ObjectId> {
        let row = self.rows(Answer::Types).find(|row| cell(row, 0) == oid)?;
        let kind = if cell(row, 3) == "d" { Kind::Domain } else { Kind::Type };
        (!self.members.contains(oid)).then(|| ObjectId::new(kind, self.schema(cell(row, 1)), cell(row, 2)))
    }

    fn types(&mut self) {
        let mut labels: HashMap<&str, Vec<String>> = HashMap::new();
        for row in self.rows(Answer::Labels) {
            labels.entry(cell(row, 0)).or_default().push(format!("'{}'", cell(row, 1).replace('\'', "''")));
        }
        let mut attributes: HashMap<&str, Vec<String>> = HashMap::new();
        for row in self.rows(Answer::TypeColumns) {
            let attribute = format!("{} {}", crate::operation::quote(cell(row, 1)), cell(row, 2));
            attributes.entry(cell(row, 0)).or_default().push(attribute);
        }
        for row in self.rows(Answer::Types) {
            let Some(id) = self.type_name(cell(row, 0)) else { continue };
            let object = Object::default()
                .with("labels", labels.get(cell(row, 0)).map(|labels| labels.join(", ")).as_deref())
                .with("attributes", attributes.get(cell(row, 10)).map(|all| all.join(", ")).as_deref())
                .with("base type", given(row, 6).filter(|_| id.kind == Kind::Domain))
                .with_flag("NOT NULL", is_true(row, 7))
                .with("default", given(row, 8))
                .with("subtype", given(row, 9))
                .with("owner", given(row, 4))
                .with("grants", given(row, 5))
                .with("comment", self.comment(cell(row, 0)));
            self.add(id, object);
        }
    }

    fn lone_objects(&mut self) {
        for row in self.rows(Answer::Extensions) {
            let object = Object::default().with("version", given(row, 2)).with("schema", given(row, 3));
            self.add(ObjectId::new(Kind::Extension, "", cell(row, 1)), object);
        }
        for row in self.rows(Answer::Statistics) {
            let object = Object::default().with("definition", given(row, 3));
            self.add(ObjectId::new(Kind::Statistics, self.schema(cell(row, 1)), cell(row, 2)), object);
        }
        for row in self.rows(Answer::EventTriggers) {
            if self.members.contains(cell(row, 0)) {
                continue;
            }
            let object = Object::default()
                .with("event", given(row, 2))
                .with("function", given(row, 3))
                .with("enabled", Some(cell(row, 4)).filter(|enabled| *enabled != "O"))
                .with("tags", given(row, 5));
            self.add(ObjectId::new(Kind::EventTrigger, "", cell(row, 1)), object);
        }
        for row in self.rows(Answer::Publications) {
            let object = Object::default()
                .with_flag("all tables", is_true(row, 2))
                .with("publishes", given(row, 3))
                .with("tables", given(row, 4));
            self.add(ObjectId::new(Kind::Publication, "", cell(row, 1)), object);
        }
        for row in self.rows(Answer::Roles) {
            let flag = |at| is_true(row, at);
            let object = Object::default()
                .with_flag("SUPERUSER", flag(1))
                .with_flag("LOGIN", flag(2))
                .with_flag("CREATEDB", flag(3))
                .with_flag("CREATEROLE", flag(4))
                .with_flag("INHERIT", flag(5))
                .with_flag("BYPASSRLS", flag(6));
            self.add(ObjectId::new(Kind::Role, "", cell(row, 0)), object);
        }
    }
}
