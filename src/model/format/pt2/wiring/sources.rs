//! The line of Python behind a node, from the stack trace that the export has recorded.

/// The innermost frame outside PyTorch: `resnet.py, line 147: out = self.bn1(out)`. The folder of the
/// file is left out, since it means nothing on another machine.
pub fn line(stack: &str) -> Option<String> {
    let mut found = None;
    let mut lines = stack.lines().peekable();
    while let Some(frame) = lines.next() {
        let Some(frame) = frame.trim().strip_prefix("File \"") else {
            continue;
        };
        let Some((file, rest)) = frame.split_once("\", line ") else {
            continue;
        };
        let number = rest.split(',').next().unwrap_or(rest);
        let code = lines.next_if(|code| !code.trim_start().starts_with("File \""));
        if is_in_pytorch(file) {
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

fn is_in_pytorch(file: &str) -> bool {
    let file = file.replace('\\', "/");
    file.starts_with("torch/") || file.contains("/torch/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_innermost_line_outside_pytorch() {
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
    fn copes_with_traces_without_code() {
        assert_eq!(
            line("File \"net.py\", line 3, in forward").as_deref(),
            Some("net.py, line 3")
        );
        assert_eq!(line("File \"torch/x.py\", line 3, in forward\n  a"), None);
        assert_eq!(line("nonsense\nFile net"), None);
    }
}
