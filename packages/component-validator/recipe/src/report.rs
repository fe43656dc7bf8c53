//! What a component is made of, for people.

use crate::json;
use wasmparser::{MemoryType, Parser, Payload, TypeRef, WasmFeatures};

#[derive(Default)]
struct CoreModule {
    bytes: u64,
    functions: u32,
    memories: Vec<String>,
    tables: u32,
}

#[derive(Default)]
pub struct Report {
    core_modules: Vec<CoreModule>,
    components: u32,
    custom_bytes: u64,
}

impl Report {
    /// Of a file that need not be valid, up to where it can't be read any more.
    pub fn read(file: &[u8]) -> Report {
        let mut report = Report::default();
        let mut depth = 0;
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        for payload in parser.parse_all(file).map_while(Result::ok) {
            match payload {
                Payload::Version { .. } => depth += 1,
                Payload::End(_) => depth -= 1,
                _ => {}
            }
            report.take(&payload, depth);
        }
        report
    }

    pub fn take(&mut self, payload: &Payload<'_>, depth: usize) {
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => self.core_modules.push(CoreModule {
                bytes: unchecked_range.end - unchecked_range.start,
                ..CoreModule::default()
            }),
            Payload::ComponentSection { .. } => self.components += 1,
            Payload::CustomSection(section) => self.custom_bytes += section.data().len() as u64,
            Payload::CodeSectionStart { count, .. } => self.with_module(|module| module.functions += count),
            Payload::TableSection(section) => self.with_module(|module| module.tables += section.count()),
            Payload::MemorySection(section) => {
                for memory in section.clone().into_iter().map_while(Result::ok) {
                    self.with_module(|module| module.memories.push(describe_memory(&memory, false)));
                }
            }
            Payload::ImportSection(section) if depth > 1 => {
                for import in section.clone().into_imports().map_while(Result::ok) {
                    if let TypeRef::Memory(memory) = import.ty {
                        self.with_module(|module| module.memories.push(describe_memory(&memory, true)));
                    }
                }
            }
            _ => {}
        }
    }

    fn with_module(&mut self, change: impl FnOnce(&mut CoreModule)) {
        if let Some(module) = self.core_modules.last_mut() {
            change(module);
        }
    }

    pub fn to_json(&self) -> String {
        let modules = self.core_modules.iter().map(|module| {
            json::object([
                ("bytes", module.bytes.to_string()),
                ("functions", module.functions.to_string()),
                ("memories", json::array(module.memories.iter().cloned())),
                ("tables", module.tables.to_string()),
            ])
        });
        json::object([
            ("coreModules", json::array(modules)),
            ("components", self.components.to_string()),
            ("customBytes", self.custom_bytes.to_string()),
        ])
    }
}

fn describe_memory(memory: &MemoryType, imported: bool) -> String {
    let page = 1_u64 << memory.page_size_log2.unwrap_or(16);
    let bytes = |pages: u64| pages.saturating_mul(page).to_string();
    json::object([
        ("imported", imported.to_string()),
        ("bits", if memory.memory64 { "64" } else { "32" }.to_owned()),
        ("bytes", bytes(memory.initial)),
        ("mostBytes", json::optional(memory.maximum, bytes)),
    ])
}
