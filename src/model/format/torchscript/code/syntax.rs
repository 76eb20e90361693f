//! The code of an archive: Python's syntax, of which TorchScript writes a small part.

use std::collections::HashMap;

use ruff_python_ast::{Expr, ModModule, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged;

use super::nesting::too_deep;
use crate::model::error::{Fault, Result, short};

/// Every file of code by the name of its module: `__torch__.torch.nn.modules.conv`.
pub struct Code {
    files: HashMap<String, File>,
}

/// One file of code.
pub struct File {
    /// Its entry in the archive.
    pub entry: String,
    text: String,
    /// Where each line after the first begins.
    lines: Vec<usize>,
    module: ModModule,
    /// The positions of functions, and those of classes.
    functions: HashMap<String, usize>,
    classes: HashMap<String, Class>,
}

#[derive(Default)]
struct Class {
    at: usize,
    /// The positions of its methods, and those of its constants.
    methods: HashMap<String, usize>,
    constants: HashMap<String, usize>,
}

/// A function or a method, and the file it is in.
#[derive(Clone, Copy)]
pub struct Routine<'a> {
    pub file: &'a File,
    pub definition: &'a StmtFunctionDef,
}

impl Class {
    fn new(at: usize, class: &StmtClassDef) -> Class {
        let (mut methods, mut constants) = (HashMap::new(), HashMap::new());
        for (at, member) in class.body.iter().enumerate() {
            if let Some(method) = member.as_function_def_stmt() {
                methods.insert(method.name.to_string(), at);
            } else if let Some(constant) = member.as_ann_assign_stmt()
                && let Some(name) = constant.target.as_name_expr()
            {
                constants.insert(name.id.to_string(), at);
            }
        }
        Class {
            at,
            methods,
            constants,
        }
    }
}

impl Code {
    /// Parses every file: its entry below `code/`, and its text.
    ///
    /// # Errors
    /// [`Fault::Script`] where one is not what PyTorch writes.
    pub fn read(files: Vec<(String, String)>) -> Result<Code> {
        let mut code = HashMap::new();
        for (entry, text) in files {
            let module = entry.strip_prefix("code/").unwrap_or(&entry);
            let module = module.strip_suffix(".py").unwrap_or(module);
            let module = module.replace('/', ".");
            code.insert(module, File::read(entry, text)?);
        }
        Ok(Code { files: code })
    }

    /// The file that a qualified name is in, and its last part.
    fn file<'n>(&self, name: &'n str) -> Option<(&File, &'n str)> {
        let (module, last) = name.rsplit_once('.')?;
        Some((self.files.get(module)?, last))
    }

    /// The function of this qualified name.
    pub fn function(&self, name: &str) -> Option<Routine<'_>> {
        let (file, last) = self.file(name)?;
        let definition = file.module.body.get(*file.functions.get(last)?)?;
        let definition = definition.as_function_def_stmt()?;
        Some(Routine { file, definition })
    }

    /// The class of this qualified name, and the file it is in.
    pub fn class(&self, name: &str) -> Option<(&File, &StmtClassDef)> {
        let (file, last) = self.file(name)?;
        let class = file.module.body.get(file.classes.get(last)?.at)?;
        Some((file, class.as_class_def_stmt()?))
    }

    /// A method of the class of this qualified name.
    pub fn method(&self, class: &str, name: &str) -> Option<Routine<'_>> {
        let (file, known, body) = self.members(class)?;
        let definition = body.get(*known.methods.get(name)?)?;
        let definition = definition.as_function_def_stmt()?;
        Some(Routine { file, definition })
    }

    /// What a constant of the class of this qualified name is set to.
    pub fn constant(&self, class: &str, name: &str) -> Option<&Expr> {
        let (_, known, body) = self.members(class)?;
        let constant = body.get(*known.constants.get(name)?)?;
        constant.as_ann_assign_stmt()?.value.as_deref()
    }

    fn members(&self, class: &str) -> Option<(&File, &Class, &[Stmt])> {
        let (file, last) = self.file(class)?;
        let known = file.classes.get(last)?;
        let class = file.module.body.get(known.at)?.as_class_def_stmt()?;
        Some((file, known, &class.body))
    }
}

impl File {
    fn read(entry: String, text: String) -> Result<File> {
        if let Some((line, what)) = too_deep(&text) {
            let what = what.to_owned();
            return Err(Fault::Script { what, entry, line });
        }
        let parsed = ruff_python_parser::parse_module(&text).map_err(|error| Fault::Script {
            what: format!("it is not written as PyTorch writes it: {}", error.error),
            line: line_of(&text, error.location.start().to_usize()),
            entry: entry.clone(),
        })?;
        let module = parsed.into_syntax();
        let (mut functions, mut classes) = (HashMap::new(), HashMap::new());
        for (at, statement) in module.body.iter().enumerate() {
            match statement {
                Stmt::FunctionDef(function) => {
                    functions.insert(function.name.to_string(), at);
                }
                Stmt::ClassDef(class) => {
                    classes.insert(class.name.to_string(), Class::new(at, class));
                }
                // Older files begin with the version of their operators.
                _ => {}
            }
        }
        let lines = text.match_indices('\n').map(|(at, _)| at + 1).collect();
        Ok(File {
            entry,
            text,
            lines,
            module,
            functions,
            classes,
        })
    }

    /// The line of a part of the code, counted from 1.
    pub fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|line| *line <= at) + 1
    }

    /// A part of the code as it is written, where it is long only its beginning.
    pub fn words(&self, part: &impl Ranged) -> String {
        let text = self.text.get(part.range().to_std_range());
        let first = text.unwrap_or_default().lines().next().unwrap_or_default();
        short(first.trim())
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or_default().matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_functions_and_methods_by_their_names() {
        let text = "def f(x: Tensor) -> Tensor:\n  return x\nclass Net(Module):\n  def forward(self) -> Tensor:\n    return 1\n";
        let code = Code::read(vec![("code/__torch__/pkg.py".into(), text.into())]).unwrap();
        assert!(code.function("__torch__.pkg.f").is_some());
        assert!(code.function("__torch__.pkg.Net").is_none());
        let forward = code.method("__torch__.pkg.Net", "forward").unwrap();
        assert_eq!(forward.file.line(forward.definition.start().to_usize()), 4);
        assert!(code.method("__torch__.Net", "forward").is_none());
    }
}
