//! Counts what a component is made of, before wasmparser looks at it: what it would take long over has limits.

use wasmparser::{
    ComponentType, ComponentTypeDeclaration, CoreType, InstanceTypeDeclaration, ModuleTypeDeclaration,
    Payload,
};

macro_rules! limits {
    ($($name:ident = $text:literal),* $(,)?) => {
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Limit { $($name),* }

        impl Limit {
            const ALL: &[Limit] = &[$(Limit::$name),*];

            pub fn name(self) -> &'static str {
                match self { $(Limit::$name => $text),* }
            }
        }
    };
}

limits! {
    Nesting = "nesting",
    Parts = "parts",
    Types = "types",
    Instances = "instances",
    Imports = "imports",
    Exports = "exports",
    NameBytes = "name-bytes",
}

impl Limit {
    pub fn from_name(name: &str) -> Option<Limit> {
        Limit::ALL.iter().copied().find(|limit| limit.name() == name)
    }
}

/// No limit unless the host sets one.
#[derive(Clone)]
pub struct Limits([u64; Limit::ALL.len()]);

impl Default for Limits {
    fn default() -> Limits {
        Limits([u64::MAX; Limit::ALL.len()])
    }
}

impl Limits {
    pub fn set(&mut self, limit: Limit, most: u64) {
        self.0[limit as usize] = most;
    }

    pub fn get(&self, limit: Limit) -> u64 {
        self.0[limit as usize]
    }
}

pub struct Exceeded {
    pub limit: Limit,
    pub found: u64,
}

/// Counts of a whole file, its parts included.
#[derive(Default)]
pub struct Census {
    counts: [u64; Limit::ALL.len()],
}

impl Census {
    pub fn count(&self, limit: Limit) -> u64 {
        self.counts[limit as usize]
    }

    fn add(&mut self, limit: Limit, more: usize) {
        self.counts[limit as usize] += more as u64;
    }

    /// Notes how deep parts are within one another, the file itself included.
    pub fn note_nesting(&mut self, depth: usize) {
        let deepest = &mut self.counts[Limit::Nesting as usize];
        *deepest = (*deepest).max(depth as u64);
    }

    pub fn exceeded(&self, limits: &Limits) -> Option<Exceeded> {
        let beyond = |limit: &Limit| self.count(*limit) > limits.get(*limit);
        Limit::ALL.iter().copied().find(beyond).map(|limit| Exceeded { limit, found: self.count(limit) })
    }

    /// Counts what a section holds, as far as it can be read: wasmparser says what is wrong with the rest.
    pub fn take(&mut self, payload: &Payload<'_>) {
        match payload {
            Payload::Version { .. } => self.add(Limit::Parts, 1),
            // What a section says it has it may not have; its bytes are there, and nothing takes less than one.
            Payload::TypeSection(section) => self.add(Limit::Types, section.count() as usize),
            Payload::ImportSection(section) => self.add(Limit::Imports, section.count() as usize),
            Payload::ExportSection(section) => self.add(Limit::Exports, section.count() as usize),
            Payload::InstanceSection(section) => self.add(Limit::Instances, section.count() as usize),
            Payload::ComponentInstanceSection(section) => {
                self.add(Limit::Instances, section.count() as usize)
            }
            Payload::CoreTypeSection(section) => {
                for core_type in section.clone().into_iter().map_while(Result::ok) {
                    self.take_core_type(&core_type);
                }
            }
            Payload::ComponentTypeSection(section) => {
                for component_type in section.clone().into_iter().map_while(Result::ok) {
                    self.take_type(&component_type);
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section.clone().into_iter().map_while(Result::ok) {
                    self.take_name(Limit::Imports, import.name.name);
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section.clone().into_iter().map_while(Result::ok) {
                    self.take_name(Limit::Exports, export.name.name);
                }
            }
            _ => {}
        }
    }

    fn take_name(&mut self, limit: Limit, name: &str) {
        self.add(limit, 1);
        self.add(Limit::NameBytes, name.len());
    }

    fn take_type(&mut self, component_type: &ComponentType<'_>) {
        self.add(Limit::Types, 1);
        match component_type {
            ComponentType::Component(declarations) => {
                for declaration in declarations {
                    match declaration {
                        ComponentTypeDeclaration::CoreType(core_type) => self.take_core_type(core_type),
                        ComponentTypeDeclaration::Type(nested) => self.take_type(nested),
                        ComponentTypeDeclaration::Alias(_) => self.add(Limit::Types, 1),
                        ComponentTypeDeclaration::Export { name, .. } => {
                            self.take_name(Limit::Exports, name.name)
                        }
                        ComponentTypeDeclaration::Import(import) => {
                            self.take_name(Limit::Imports, import.name.name)
                        }
                    }
                }
            }
            ComponentType::Instance(declarations) => {
                for declaration in declarations {
                    match declaration {
                        InstanceTypeDeclaration::CoreType(core_type) => self.take_core_type(core_type),
                        InstanceTypeDeclaration::Type(nested) => self.take_type(nested),
                        InstanceTypeDeclaration::Alias(_) => self.add(Limit::Types, 1),
                        InstanceTypeDeclaration::Export { name, .. } => {
                            self.take_name(Limit::Exports, name.name)
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn take_core_type(&mut self, core_type: &CoreType<'_>) {
        self.add(Limit::Types, 1);
        let CoreType::Module(declarations) = core_type else { return };
        for declaration in declarations {
            match declaration {
                ModuleTypeDeclaration::Type(_) | ModuleTypeDeclaration::OuterAlias { .. } => {
                    self.add(Limit::Types, 1)
                }
                ModuleTypeDeclaration::Export { name, .. } => self.take_name(Limit::Exports, name),
                ModuleTypeDeclaration::Import(import) => self.take_name(Limit::Imports, import.name),
            }
        }
    }
}
