//! The line of Python behind a node, out of the stack that the export wrote down.

/// The innermost place that is not PyTorch's own: `resnet.py, line 147: out = self.bn1(out)`. The
/// folders around the file are of no use elsewhere, and left out.
pub fn line(stack: &str) -> Option<String> {
    let mut found = None;
    let mut lines = stack.lines().peekable();
    while let Some(place) = lines.next() {
        let Some(place) = place.trim().strip_prefix("File \"") else {
            continue;
        };
        let Some((file, rest)) = place.split_once("\", line ") else {
            continue;
        };
        let number = rest.split(',').next().unwrap_or(rest);
        let code = lines.next_if(|code| !code.trim_start().starts_with("File \""));
        if is_pytorchs(file) {
            continue;
        }
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        found = Some(match code.map(str::trim) {
            Some(code) if !code.is_empty() => format!("{name}, line {number}: {code}"),
            _ => format!("{name}, line {number}"),
        });
    }
    found
}

fn is_pytorchs(file: &str) -> bool {
    let file = file.replace('\\', "/");
    file.starts_with("torch/") || file.contains("/torch/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_innermost_line_that_is_not_pytorchs_counts() {
        let stack = "File \"/opt/env/site-packages/torchvision/models/resnet.py\", line 285, in forward\n    \
                     return self._forward_impl(x)\n  \
                     File \"/opt/env/site-packages/torch/nn/modules/container.py\", line 253, in forward\n    \
                     input = module(input)\n  \
                     File \"C:\\\\work\\\\resnet.py\", line 147, in forward\n    \
                     out = self.bn1(out)\n  \
                     File \"torch/nn/modules/batchnorm.py\", line 210, in forward\n    return F.batch_norm(";
        let line = line(stack);
        assert_eq!(
            line.as_deref(),
            Some("resnet.py, line 147: out = self.bn1(out)")
        );
    }

    #[test]
    fn a_stack_without_code_or_without_sense_says_what_it_can() {
        assert_eq!(
            line("File \"net.py\", line 3, in forward").as_deref(),
            Some("net.py, line 3")
        );
        assert_eq!(line("File \"torch/x.py\", line 3, in forward\n  a"), None);
        assert_eq!(line("nonsense\nFile net"), None);
    }
}
