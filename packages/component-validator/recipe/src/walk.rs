//! One way through a file: each section is counted, then validated.

use crate::census::{Census, Exceeded, Limits};
use crate::place::{Part, PartKind, Place, section_of};
use crate::report::Report;
use wasmparser::{
    Encoding, Error, FuncValidatorAllocations, Parser, Payload, TypeRef, ValidPayload, Validator,
    WasmFeatures,
};

pub enum Stop {
    Invalid(Error),
    Exceeded(Exceeded),
    /// A shared memory at this offset: a part of the feature THREADS of which the rest is fine.
    SharedMemory(u64),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Invalid(error)
    }
}

#[derive(Default)]
pub struct Walk {
    /// Whether shared memories are no reason to stop.
    pub takes_shared_memories: bool,
    pub place: Place,
    pub census: Census,
    pub report: Report,
}

impl Walk {
    pub fn tolerant() -> Walk {
        Walk { takes_shared_memories: true, ..Walk::default() }
    }

    pub fn go(&mut self, file: &[u8], features: WasmFeatures, limits: &Limits) -> Result<(), Stop> {
        let mut validator = Validator::new_with_features(features);
        let mut allocations = FuncValidatorAllocations::default();
        let mut parser = Parser::new(0);
        parser.set_features(features);
        for payload in parser.parse_all(file) {
            self.place.is_past_section = payload.is_err();
            let payload = payload?;
            self.enter(&payload);
            self.census.take(&payload);
            if let Some(exceeded) = self.census.exceeded(limits) {
                return Err(Stop::Exceeded(exceeded));
            }
            match validator.payload(&payload)? {
                ValidPayload::Func(function, body) => {
                    let mut function = function.into_validator(allocations);
                    function.validate(&body)?;
                    allocations = function.into_allocations();
                }
                ValidPayload::End(_) => self.leave(),
                _ => {}
            }
            if !self.takes_shared_memories {
                self.refuse_shared_memories(&payload)?;
            }
            self.report.take(&payload, self.place.parts.len());
        }
        Ok(())
    }

    fn enter(&mut self, payload: &Payload<'_>) {
        let parts = &mut self.place.parts;
        match payload {
            Payload::Version { encoding, range, .. } => {
                let kind = match encoding {
                    Encoding::Module => PartKind::CoreModule,
                    Encoding::Component => PartKind::Component,
                };
                let index = parts.last_mut().map_or(0, |outer| {
                    let count = match kind {
                        PartKind::Component => &mut outer.components,
                        PartKind::CoreModule => &mut outer.core_modules,
                    };
                    *count += 1;
                    *count - 1
                });
                parts.push(Part::new(kind, index, range.start));
                self.census.note_nesting(parts.len());
            }
            Payload::CodeSectionEntry(_) => {
                if let Some(module) = parts.last_mut() {
                    self.place.function = Some(module.imported_functions + module.bodies);
                    module.bodies += 1;
                }
            }
            Payload::ImportSection(imports) => {
                if let Some(module) = parts.last_mut() {
                    let imports = imports.clone().into_imports().map_while(Result::ok);
                    module.imported_functions = imports
                        .filter(|import| matches!(import.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)))
                        .count() as u32;
                }
            }
            _ => {}
        }
        if !matches!(payload, Payload::CodeSectionEntry(_)) {
            self.place.function = None;
        }
        self.place.section = section_of(payload);
    }

    fn leave(&mut self) {
        self.place.parts.pop();
    }

    fn refuse_shared_memories(&self, payload: &Payload<'_>) -> Result<(), Stop> {
        match payload {
            Payload::MemorySection(memories) => {
                for memory in memories.clone().into_iter_with_offsets() {
                    let (offset, memory) = memory?;
                    if memory.shared {
                        return Err(Stop::SharedMemory(offset));
                    }
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    if let TypeRef::Memory(memory) = import?.ty
                        && memory.shared
                    {
                        return Err(Stop::SharedMemory(imports.range().start));
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether a file is valid with these features, without limits.
pub fn is_valid(file: &[u8], features: WasmFeatures) -> Result<(), Error> {
    match Walk::tolerant().go(file, features, &Limits::default()) {
        Err(Stop::Invalid(error)) => Err(error),
        _ => Ok(()),
    }
}
