//! JSON, in and out.

use std::fmt::{self, Write};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use super::Entry;
use crate::nix::eval::{
    error::Fallible,
    machine::Machine,
    value::{Attr, Attrs, Span, Thunk, Val},
};

pub(super) const BUILTINS: &[Entry] = &[("fromJSON", 1, from_json), ("toJSON", 1, to_json)];

fn from_json(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let text = machine.string_argument(arguments, 0, at)?;
    match serde_json::from_str::<Json>(&text) {
        Ok(json) => read_json(machine, json, at),
        // Nix overlooks a byte order mark, and nests deeper.
        Err(error) if text.starts_with('\u{feff}') || error.to_string().contains("recursion limit") => {
            Err(machine.beyond(at, "this JSON"))
        }
        Err(error) => Err(machine.failed(at, format!("no JSON: {error}"))),
    }
}

/// JSON as it was written, with what Nix may read differently.
enum Json {
    Null,
    Bool(bool),
    Int(i64),
    String(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
    /// A number with a fraction, or too large.
    Number,
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(i64::try_from(value).map_or(Json::Number, Json::Int))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Json, E> {
        Ok(Json::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Json::Object(entries))
    }
}

fn read_json(machine: &mut Machine<'_>, json: Json, at: Span) -> Fallible<Val> {
    machine.step(at)?;
    match json {
        Json::Null => Ok(Val::Null),
        Json::Bool(value) => Ok(Val::Bool(value)),
        Json::Int(value) => Ok(Val::Int(value)),
        Json::Number => Err(machine.beyond(at, "a number in JSON that is no plain integer")),
        Json::String(text) if text.contains('\0') => Err(machine.beyond(at, "a string with a zero byte")),
        Json::String(text) => machine.new_string(text, at),
        Json::List(items) => {
            let mut thunks = Vec::with_capacity(items.len());
            for item in items {
                let value = read_json(machine, item, at)?;
                thunks.push(machine.heap.done(value));
            }
            machine.new_list(thunks, at)
        }
        Json::Object(entries) => {
            let count = entries.len();
            let mut attrs = Vec::with_capacity(count);
            for (name, value) in entries {
                let value = read_json(machine, value, at)?;
                attrs.push(Attr { name: name.into(), thunk: machine.heap.done(value), at: None });
            }
            let attrs = Attrs::first_wins(attrs);
            if attrs.len() != count || attrs.iter().any(|attr| attr.name.contains('\0')) {
                return Err(machine.beyond(at, "JSON with a name that comes twice"));
            }
            machine.new_attrs(attrs, at)
        }
    }
}

fn to_json(machine: &mut Machine<'_>, arguments: &[Thunk], at: Span) -> Fallible<Val> {
    let thunk = machine.thunk(arguments, 0, at)?;
    let mut text = String::new();
    write_json(machine, thunk, &mut text, at)?;
    machine.new_string(text, at)
}

fn write_json(machine: &mut Machine<'_>, thunk: Thunk, text: &mut String, at: Span) -> Fallible<()> {
    machine.charge(1, at)?;
    match machine.force(thunk, at)? {
        Val::Null => text.push_str("null"),
        Val::Bool(value) => text.push_str(if value { "true" } else { "false" }),
        Val::Int(value) => text.push_str(&value.to_string()),
        Val::Float(_) => return Err(machine.beyond(at, "a float in JSON")),
        Val::String(string, _) => {
            machine.charge(string.len() / 16, at)?;
            write_json_string(machine, &string, text, at)?;
        }
        Val::Path(_) => return Err(machine.beyond(at, "a path in JSON, which Nix copies to its store,")),
        Val::List(items) => {
            text.push('[');
            for (item, number) in items.iter().zip(0..) {
                text.push_str(if number > 0 { "," } else { "" });
                machine.deeper(at, |machine| write_json(machine, *item, text, at))?;
            }
            text.push(']');
        }
        Val::Attrs(attrs) if attrs.get("__toString").is_some() || attrs.get("outPath").is_some() => {
            return Err(machine.beyond(at, "a set in the place of a string"));
        }
        Val::Attrs(attrs) => {
            text.push('{');
            for (attr, number) in attrs.iter().zip(0..) {
                text.push_str(if number > 0 { "," } else { "" });
                write_json_string(machine, &attr.name, text, at)?;
                text.push(':');
                machine.deeper(at, |machine| write_json(machine, attr.thunk, text, at))?;
            }
            text.push('}');
        }
        Val::Builtins => return Err(machine.beyond(at, "the set of all builtins")),
        Val::Closure(_) | Val::Builtin(_) => {
            return Err(machine.failed(at, "cannot convert a function to JSON"));
        }
    }
    Ok(())
}

fn write_json_string(machine: &Machine<'_>, string: &str, text: &mut String, at: Span) -> Fallible<()> {
    text.push('"');
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            // Versions of Nix write these in different ways.
            '\u{8}' | '\u{c}' => return Err(machine.beyond(at, "a control character in JSON")),
            c if c < ' ' => {
                // Writing to a string can't fail.
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    Ok(())
}
