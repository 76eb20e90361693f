//! Archives that PyTorch has not written: each ends in a message, within bounds of time and memory.

use super::{DATA, NO_CONSTANTS, POOLED, archive, code, open_bytes, open_code, refused};

/// A tuple of one tensor with two axes, whose storage is not there.
const MISSING: &[u8] = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x0ctQK\x00(K\x04K\x03t(K\x03K\x01t\x89}tR\x85.";

/// The network has a pickled call of `os.system` as its weight.
const CALLS: &[u8] =
    b"\x80\x02c__torch__\nNet\n)\x81}X\x06\x00\x00\x00weightcos\nsystem\nX\x04\x00\x00\x00exit\x85Rsb.";

/// The network has itself as the attribute `me`.
const ITSELF: &[u8] = b"\x80\x02c__torch__\nNet\n)\x81q\x00}X\x02\x00\x00\x00meh\x00sb.";

fn said(code: &str, data: &[u8], constants: &[u8]) -> String {
    let opened = open_bytes(&archive(code, data, constants));
    opened.map(drop).unwrap_err().to_string()
}

#[test]
fn an_archive_that_is_cut_short_or_changed_is_refused_or_opens() {
    let whole = archive(&code(&format!("{POOLED}return y")), DATA, NO_CONSTANTS);
    assert!(open_bytes(&whole).is_ok());
    for length in (0..whole.len()).step_by(7) {
        let text = open_bytes(&whole[..length]).map(drop).unwrap_err();
        assert!(!text.to_string().is_empty(), "{length}");
    }
    let (mut opened, mut refused) = (0, 0);
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x15;
        match open_bytes(&changed) {
            Ok(_) => opened += 1,
            Err(_) => refused += 1,
        }
    }
    // The checksum of each entry is compared; dates and the like are not read.
    assert!(refused > opened, "{refused} {opened}");
}

#[test]
fn a_constant_that_is_not_there_is_missed() {
    let body = code(&format!(
        "{POOLED}return torch.linear(y, torch.t(CONSTANTS.c0))"
    ));
    let text = said(&body, DATA, MISSING);
    assert!(text.contains("weight CONSTANTS.c0"), "{text}");
}

#[test]
fn what_a_pickle_calls_is_not_called() {
    let text = said(&code(&format!("{POOLED}return y")), CALLS, NO_CONSTANTS);
    assert!(
        text.contains("it calls torch.conv2d with a tensor, a module"),
        "{text}"
    );
}

#[test]
fn a_module_in_itself_is_not_followed_for_ever() {
    let net = "class Net(Module):\n  def forward(self, x: Tensor) -> Tensor:\n    return (self.me).forward(x, )\n";
    let text = said(net, ITSELF, NO_CONSTANTS);
    assert!(text.contains("nested too deep"), "{text}");
    let chain = "self".to_owned() + &".me".repeat(60);
    let net = net.replace("self.me", &chain);
    let text = said(&net, ITSELF, NO_CONSTANTS);
    assert!(text.contains("the path of me is too long"), "{text}");
}

#[test]
fn code_that_goes_on_or_grows_is_stopped() {
    // Nothing, many times over, is nothing.
    let code = code(&format!(
        "{POOLED}z = torch.mul([], 9223372036854775807)\nreturn y"
    ));
    assert!(open_bytes(&archive(&code, DATA, NO_CONSTANTS)).is_ok());
    for (body, stopped) in [
        (
            "z = [1]\nwhile True:\n  z = torch.add(z, z)",
            "a list that is too long",
        ),
        ("z = torch.mul([1], 1000000)", "a list that is too long"),
        ("while True:\n  z = torch.mul([1], 4096)", "too many steps"),
        ("while True:\n  z = torch.relu(y)", "too many"),
        (
            "z = \"ab\"\nwhile True:\n  z = torch.format(\"{}{}\", z, z)",
            "too many steps",
        ),
        (
            "for i in range(9223372036854775807):\n  pass",
            "too many steps",
        ),
        (
            "for i in range(2000):\n  for j in range(3000):\n    pass",
            "too many steps",
        ),
        ("z = [[[[[[[[[y]]]]]]]]]", "nested too deep"),
    ] {
        let text = refused(&format!("{POOLED}{body}\nreturn y"));
        assert!(text.contains(stopped), "{body}: {text}");
    }
}

#[test]
fn what_is_not_python_is_refused_with_its_line() {
    for (text, line) in [
        ("def (x):\n  pass\n", "line 1"),
        ("x = 1\n\u{0}\u{1}\n", "line 2"),
        ("x = 1\nclass Net(Module:\n", "line 2"),
        ("x = 1\n\u{feff}<html>\n", "line 2"),
        ("  x = 1\n", "line 1"),
    ] {
        let fault = open_code(text, DATA).map(drop).unwrap_err().to_string();
        assert!(
            fault.contains(&format!("(code/__torch__.py, {line})")),
            "{text}: {fault}"
        );
    }
}

#[test]
fn packed_code_that_is_huge_is_not_unpacked() {
    let text = said(&"#\n".repeat(9 << 20), DATA, NO_CONSTANTS);
    assert!(text.contains("code/__torch__.py claims to have"), "{text}");
}
