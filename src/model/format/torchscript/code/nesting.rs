//! The parser is recursive, so that a hostile text could exhaust the stack. What is nested deeper than
//! anything that PyTorch writes is refused before the text is parsed.

/// How deep brackets may be nested.
const MAX_BRACKETS: usize = 48;
/// How many words and signs may stand since the last comma, in all open brackets together: six times what
/// PyTorch writes.
const MAX_CHAIN: usize = 160;
/// How far a line may be indented.
const MAX_INDENT: usize = 64;

/// Where the text is nested deeper than it may be for the parser, and how.
pub fn too_deep(text: &str) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    let mut line = 1;
    // How many words and signs there are since the last comma, for each pair of brackets.
    let mut chains = vec![0usize];
    let mut open = 0;
    let mut at = 0;
    let mut line_starts = true;
    while let Some(byte) = bytes.get(at).copied() {
        if line_starts && chains.len() == 1 {
            let indent = bytes[at..].iter().take_while(|byte| **byte == b' ').count();
            if indent > MAX_INDENT {
                return Some((line, "it has too many blocks in one another"));
            }
        }
        line_starts = false;
        match byte {
            b'\n' => {
                line += 1;
                line_starts = true;
                if let [chain] = &mut chains[..] {
                    (open, *chain) = (0, 0);
                }
            }
            b' ' => {}
            // PyTorch writes none of these: other blanks, and strings that are code themselves.
            b'\t' | b'\r' | 0x0c | b'\\' | b'`' | b';' => {
                return Some((line, "it has a sign that TorchScript's code never has"));
            }
            b'#' => {
                let rest = bytes[at..].iter();
                at += rest.take_while(|byte| **byte != b'\n').count();
                continue;
            }
            b'(' | b'[' | b'{' => {
                chains.push(0);
                if chains.len() > MAX_BRACKETS {
                    return Some((line, "it has too many brackets in one another"));
                }
            }
            b')' | b']' | b'}' => {
                if chains.len() == 1 {
                    return Some((line, "it closes a bracket that is not open"));
                }
                open -= chains.pop()?;
            }
            b',' => {
                let chain = chains.last_mut()?;
                open -= *chain;
                *chain = 0;
            }
            b'"' | b'\'' => {
                let prefixed = at > 0 && is_word(bytes[at - 1]);
                // Python reads on over the end of the line.
                let tripled = bytes.get(at..at + 3) == Some(&[byte; 3]);
                if prefixed || tripled {
                    return Some((
                        line,
                        "it has a string of a kind that TorchScript's code never has",
                    ));
                }
                at = end_of_string(bytes, at)?;
            }
            byte if is_word(byte) => {
                let rest = bytes[at..].iter();
                let length = rest.take_while(|byte| is_word(**byte)).count();
                match &bytes[at..at + length] {
                    // Commas do not end it.
                    b"lambda" => return Some((line, "it has a “lambda”")),
                    b"yield" => return Some((line, "it has a “yield”")),
                    _ => at += length - 1,
                }
            }
            _ => {}
        }
        if !matches!(byte, b' ' | b'\n' | b',') {
            *chains.last_mut()? += 1;
            open += 1;
            if open > MAX_CHAIN {
                return Some((line, "it has an expression of too many parts"));
            }
        }
        at += 1;
    }
    None
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The position of the quotation mark that ends the string which begins at `start`; `None` where nothing
/// does, which the parser reports.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = bytes[start];
    let mut at = start + 1;
    loop {
        match bytes.get(at).copied()? {
            b'\\' => at += 2,
            byte if byte == quote || byte == b'\n' => return Some(at),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Code;

    fn fault(text: &str) -> Option<String> {
        let read = Code::read(vec![("code/__torch__.py".into(), text.into())]);
        read.err().map(|fault| fault.to_string())
    }

    #[test]
    fn refuses_what_would_exhaust_the_stack() {
        let many = 100_000;
        for (text, said) in [
            (format!("x = {}", "(".repeat(many)), "brackets"),
            (format!("x = {}1", "-".repeat(many)), "too many parts"),
            (
                format!("x = {}", "not not not (".repeat(45)),
                "too many parts",
            ),
            (format!("x = {}1", "not ".repeat(many)), "too many parts"),
            (format!("x = a{}", ".b".repeat(many)), "too many parts"),
            (format!("x = a{}", "()".repeat(many)), "too many parts"),
            (format!("x = {}1", "lambda a, b: ".repeat(many)), "lambda"),
            (format!("x = 1{}", "\nif 1:\n".repeat(3)), "not written"),
            (format!("{}x", " ".repeat(many)), "blocks"),
            ("x = f\"{f'{1}'}\"".into(), "string"),
            (format!("\"\"\"\n\"\"\"{}", "(".repeat(many)), "string"),
            ("x = \"a\nb".into(), "not written"),
            ("x = )".into(), "bracket"),
            ("x = 1\\\n".into(), "sign"),
        ] {
            let fault = fault(&text).unwrap_or_default();
            assert!(fault.contains(said), "{said}: {fault}");
        }
    }
}
