//! Where in a file something is.

use crate::json;
use wasmparser::{KnownCustom, Name, Parser, Payload};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Component,
    CoreModule,
}

/// A component or core module, of which there are others within one another.
#[derive(Clone)]
pub struct Part {
    pub kind: PartKind,
    /// Among those of its kind in the component that holds it.
    pub index: u32,
    /// Of its first byte in the file.
    pub start: u64,
    pub components: u32,
    pub core_modules: u32,
    pub imported_functions: u32,
    pub bodies: u32,
}

impl Part {
    pub fn new(kind: PartKind, index: u32, start: u64) -> Part {
        Part { kind, index, start, components: 0, core_modules: 0, imported_functions: 0, bodies: 0 }
    }

    fn describe(&self) -> String {
        match self.kind {
            PartKind::Component => format!("component {}", self.index),
            PartKind::CoreModule => format!("core module {}", self.index),
        }
    }
}

/// From the file to what is being read: parts from the outermost on, the section, and a function in the code section.
#[derive(Clone, Default)]
pub struct Place {
    pub parts: Vec<Part>,
    pub section: &'static str,
    /// Whether the section is read, and it is what follows that can't be.
    pub is_past_section: bool,
    /// Index of a function in its core module.
    pub function: Option<u32>,
}

impl Place {
    /// Names are in a section behind the code, so that they are looked for only now.
    pub fn to_json(&self, file: &[u8]) -> String {
        let name = self.function.and_then(|function| self.function_name(function, file));
        json::object([
            ("parts", json::array(self.parts.iter().skip(1).map(|part| json::string(&part.describe())))),
            ("section", json::string(&self.describe_section())),
            ("function", json::optional(self.function, |index| index.to_string())),
            ("functionName", json::optional(name, |name| json::string(&name))),
        ])
    }

    fn describe_section(&self) -> String {
        match (self.section, self.is_past_section) {
            ("", _) => "preamble".to_owned(),
            (section, false) => section.to_owned(),
            ("end", true) => "what follows its parts".to_owned(),
            (section, true) => format!("what follows the {section}"),
        }
    }

    fn function_name(&self, function: u32, file: &[u8]) -> Option<String> {
        let start = self.parts.last()?.start;
        let module = file.get(usize::try_from(start).ok()?..)?;
        for payload in Parser::new(start).parse_all(module) {
            match payload.ok()? {
                Payload::CustomSection(section) => {
                    let KnownCustom::Name(names) = section.as_known() else { continue };
                    for subsection in names {
                        let Name::Function(names) = subsection.ok()? else { continue };
                        let names = names.into_iter().map_while(Result::ok);
                        return names
                            .into_iter()
                            .find(|naming| naming.index == function)
                            .map(|naming| naming.name.to_owned());
                    }
                }
                Payload::End(_) => return None,
                _ => {}
            }
        }
        None
    }
}

/// What a person calls the section of a payload.
pub fn section_of(payload: &Payload<'_>) -> &'static str {
    match payload {
        Payload::Version { .. } => "preamble",
        Payload::TypeSection(_) | Payload::ComponentTypeSection(_) => "type section",
        Payload::ImportSection(_) | Payload::ComponentImportSection(_) => "import section",
        Payload::FunctionSection(_) => "function section",
        Payload::TableSection(_) => "table section",
        Payload::MemorySection(_) => "memory section",
        Payload::TagSection(_) => "tag section",
        Payload::GlobalSection(_) => "global section",
        Payload::ExportSection(_) | Payload::ComponentExportSection(_) => "export section",
        Payload::StartSection { .. } | Payload::ComponentStartSection { .. } => "start section",
        Payload::ElementSection(_) => "element section",
        Payload::DataCountSection { .. } => "data count section",
        Payload::DataSection(_) => "data section",
        Payload::CodeSectionStart { .. } | Payload::CodeSectionEntry(_) => "code section",
        Payload::ModuleSection { .. } => "core module section",
        Payload::InstanceSection(_) => "core instance section",
        Payload::CoreTypeSection(_) => "core type section",
        Payload::ComponentSection { .. } => "component section",
        Payload::ComponentInstanceSection(_) => "instance section",
        Payload::ComponentAliasSection(_) => "alias section",
        Payload::ComponentCanonicalSection(_) => "canonical function section",
        Payload::CustomSection(_) => "custom section",
        Payload::UnknownSection { .. } => "section of an unknown kind",
        Payload::End(_) => "end",
        _ => "section",
    }
}
