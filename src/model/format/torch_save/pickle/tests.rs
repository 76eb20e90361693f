//! Pickles written by hand: some would call functions in Python, some would fill the memory.

use super::*;

fn read(bytes: &[u8]) -> Result<Pickle> {
    Pickle::read(&mut &bytes[..])
}

fn refusal(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn names_what_would_be_called_and_calls_nothing() {
    // os.system("true"), in the oldest protocol and in the newest.
    let shell = b"cos\nsystem\n(S'true'\ntR.";
    let newest = b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x85\x94R\x94.";
    for bytes in [shell.as_slice(), newest] {
        let pickle = read(bytes).unwrap();
        let Node::Object { class, state: None } = pickle.node() else {
            panic!("{:?}", pickle.node());
        };
        assert_eq!(pickle.text(*class), Some("os.system"));
    }
}

#[test]
fn reads_plain_data() {
    // {"a": [1, -2, True, None], 3: ("b", 2.5)}
    let bytes = b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01]q\x02(K\x01J\xfe\xff\xff\xff\x88NeK\x03X\x01\x00\x00\x00bG@\x04\x00\x00\x00\x00\x00\x00\x86u.";
    let pickle = read(bytes).unwrap();
    let entries: Vec<_> = pickle.entries().collect();
    assert_eq!(pickle.text(entries[0].0), Some("a"));
    let Node::List(items) = pickle.at(entries[0].1) else {
        panic!()
    };
    let items: Vec<&Node> = items.iter().map(|item| pickle.at(*item)).collect();
    assert_eq!(
        items,
        [
            &Node::Int(1),
            &Node::Int(-2),
            &Node::Bool(true),
            &Node::None
        ]
    );
    assert_eq!(pickle.at(entries[1].0), &Node::Int(3));
    assert!(matches!(pickle.at(entries[1].1), Node::Tuple(items) if items.len() == 2));
}

#[test]
fn reads_a_list_that_contains_itself() {
    let pickle = read(b"]q\x00h\x00a.").unwrap();
    let Node::List(items) = pickle.node() else {
        panic!()
    };
    assert_eq!(items, &[pickle.root()]);
}

#[test]
fn takes_no_memory_for_claims_beyond_the_file() {
    for (bytes, word) in [
        (b"X\xff\xff\xff\xff".as_slice(), "claims more"),
        (b"X\x00\x00\x00\x02abc", "ends early"),
        (b"\x8e\xff\xff\xff\xff\xff\xff\xff\xff", "claims more"),
        (b"\x8b\xff\xff\xff\x02", "ends early"),
        (b"", "ends early"),
        (b"R.", "stack is empty"),
        (b"(0.", "stack is empty"),
        (b"t.", "no mark"),
        (b"h\x07.", "no memo 7"),
        (b"\xff.", "unknown opcode"),
        (b"NNs.", "stack is empty"),
        (b"NNa.", "appends to something that is not a list"),
    ] {
        let refusal = refusal(bytes);
        assert!(refusal.contains(word), "{bytes:?}: {refusal}");
    }
    let endless = vec![b'N'; 8 << 20];
    assert!(refusal(&endless).contains("too many steps"));
    let name = [b"c".as_slice(), &[b'a'; 300], b"\nb\n."].concat();
    assert!(refusal(&name).contains("the name of a class is too long"));
}

#[test]
fn bounds_copies_of_copies() {
    // A list of a thousand pairs, made into an ordered dict again and again.
    let mut bytes = b"(".to_vec();
    bytes.extend(b"NN\x86".repeat(1000));
    bytes.extend(b"lq\x000ccollections\nOrderedDict\nq\x010");
    bytes.extend(b"h\x01h\x00\x85R0".repeat(10_000));
    bytes.extend(b"N.");
    assert!(refusal(&bytes).contains("too many steps"));
}

#[test]
fn describes_where_tensors_are() {
    let tensor = |sizes: &[u8], offset: &[u8]| {
        let mut bytes = b"ctorch._utils\n_rebuild_tensor_v2\n((S'storage'\nctorch\nHalfStorage\nS'7'\nS'cpu'\nK\x06tQ".to_vec();
        bytes.extend(offset);
        bytes.extend(sizes);
        bytes.extend(b"K\x03K\x01\x86\x89NtR.");
        bytes
    };
    let pickle = read(&tensor(b"K\x02K\x03\x86", b"K\x00")).unwrap();
    let Node::Tensor(stored) = pickle.node() else {
        panic!()
    };
    assert_eq!(
        (stored.storage.as_str(), stored.dtype.to_string().as_str()),
        ("7", "float16")
    );
    assert_eq!(
        (&stored.sizes[..], &stored.strides[..], stored.offset),
        (&[2, 3][..], &[3, 1][..], 0)
    );

    let forty = [b"(".as_slice(), &b"K\x02".repeat(40), b"t"].concat();
    for bytes in [
        tensor(&forty, b"K\x00"),
        tensor(b"N", b"K\x00"),
        tensor(b"K\x02K\x03\x86", b"N"),
    ] {
        assert!(matches!(read(&bytes), Err(Fault::Damaged(_))));
    }
}
