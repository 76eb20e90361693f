//! How the pixels of a DICOM file are packed: its transfer syntax.

pub(super) const IMPLICIT: &str = "1.2.840.10008.1.2";
pub(super) const EXPLICIT: &str = "1.2.840.10008.1.2.1";
pub(super) const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
pub(super) const BIG_ENDIAN: &str = "1.2.840.10008.1.2.2";

/// Who unpacks the pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// They are as they are.
    None,
    RunLength,
    /// The picture library.
    Jpeg,
    LosslessJpeg,
    Jpeg2000,
    JpegXl,
    /// Nobody here.
    Other(&'static str),
}

/// How a transfer syntax packs pixels; `None` for one that is not known.
pub(super) fn packing(syntax: &str) -> Option<Packing> {
    use Packing as P;
    Some(match syntax.strip_prefix("1.2.840.10008.1.2")? {
        "" | ".1" | ".1.99" | ".2" => P::None,
        ".5" => P::RunLength,
        ".4.50" | ".4.51" => P::Jpeg,
        ".4.57" | ".4.70" => P::LosslessJpeg,
        ".4.80" | ".4.81" => P::Other("JPEG-LS"),
        ".4.90" | ".4.91" => P::Jpeg2000,
        ".4.92" | ".4.93" => P::Other("JPEG 2000 of several components"),
        ".4.94" | ".4.95" => P::Other("JPIP (pixels elsewhere)"),
        ".4.100" | ".4.101" | ".4.100.1" | ".4.101.1" => P::Other("MPEG-2 video"),
        ".4.102" | ".4.103" | ".4.104" | ".4.105" | ".4.106" => P::Other("MPEG-4 video"),
        ".4.107" | ".4.108" => P::Other("HEVC video"),
        ".4.110" | ".4.111" | ".4.112" => P::JpegXl,
        ".4.201" | ".4.202" | ".4.203" => P::Other("High-Throughput JPEG 2000"),
        ".8.1" => P::Other("deflated frames"),
        _ => return None,
    })
}
