"""Small DICOM files, and what pydicom makes of them.

python tests/pictures/dicom/make.py        (pydicom 3.0, imagecodecs 2026.3, pylibjpeg-libjpeg 2.5, pillow 13.0, numpy)

NAME.dcm is a file, NAME.png what is seen of it with 8 bits: pydicom's `apply_modality_lut` and, with the window of the
file, the function of PS3.3 C.11.2.1 that `apply_windowing` has too (which both are compared here), from 0 to 255. Of colours
it is what `pixel_array` gives.
"""

import pathlib

import imagecodecs
import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import FileDataset, FileMetaDataset, Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_windowing
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEG2000Lossless,
    JPEGBaseline8Bit, JPEGLosslessSV1, JPEGLSLossless, RLELossless, SecondaryCaptureImageStorage)

HERE = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 13, 9


def dataset(values, syntax=ExplicitVRLittleEndian, photometric="MONOCHROME2", stored=None, **more):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3.4"
    data = FileDataset(
        None, {}, file_meta=meta, preamble=b"\0" * 128, is_implicit_VR=syntax == ImplicitVRLittleEndian,
        is_little_endian=syntax != ExplicitVRBigEndian)
    data.SOPClassUID = SecondaryCaptureImageStorage
    data.SOPInstanceUID = "1.2.3.4"
    data.Modality = "OT"
    data.PatientName = "Made^Up"
    colours = values.ndim > 2 and values.shape[-1] == 3
    data.SamplesPerPixel = 3 if colours else 1
    data.PhotometricInterpretation = photometric
    data.Rows, data.Columns = HEIGHT, WIDTH
    bits = values.dtype.itemsize * 8
    data.BitsAllocated = bits
    data.BitsStored = stored or bits
    data.HighBit = data.BitsStored - 1
    data.PixelRepresentation = int(values.dtype.kind == "i")
    if colours:
        data.PlanarConfiguration = 0
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    data.PixelData = values.astype(values.dtype.newbyteorder(order)).tobytes()
    data["PixelData"].VR = "OW" if bits > 8 else "OB"
    for name, value in more.items():
        setattr(data, name, value)
    return data


def compressed(data, frames):
    data.PixelData = encapsulate(frames)
    data["PixelData"].VR = "OB"
    data["PixelData"].is_undefined_length = True
    return data


def written(name, data):
    """Writes a file and reads it back."""
    path = HERE / f"{name}.dcm"
    data.save_as(path, enforce_file_format=True)
    return dcmread(path)


def seen(data, index=0):
    """What is seen of a frame with 8 bits."""
    values = data.pixel_array
    if int(data.get("NumberOfFrames", 1)) > 1:
        values = values[index]
    photometric = data.PhotometricInterpretation
    if photometric == "PALETTE COLOR":
        return (apply_color_lut(values, data) >> 8).astype("u1")
    if values.ndim == 3:
        # As red, green and blue, whatever they were.
        return values
    values = apply_modality_lut(values, data).astype("f8")
    level, width = float(data.WindowCenter), float(data.WindowWidth)
    function = data.get("VOILUTFunction", "LINEAR")
    if function == "SIGMOID":
        levels = 255 / (1 + np.exp(-4 * (values - level) / width))
    elif function == "LINEAR_EXACT":
        levels = ((values - level) / width + 0.5) * 255
    else:
        levels = ((values - (level - 0.5)) / (width - 1) + 0.5) * 255
    # pydicom's goes over the range of the stored values.
    full = apply_windowing(values, data)
    low, high = full.min(), full.max()
    if high > low:
        inside = (levels > 0) & (levels < 255)
        ramp = np.polyfit(full[inside], levels[inside], 1)
        assert np.abs(np.polyval(ramp, full[inside]) - levels[inside]).max() < 1e-6, data
    levels = np.clip(levels, 0, 255)
    # Halves are rounded up here.
    levels = np.floor(levels + 0.5)
    return (255 - levels if photometric == "MONOCHROME1" else levels).astype("u1")


def main():
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    scene = (x * 173 + y * 251) % 4096
    window = {"WindowCenter": "1500", "WindowWidth": "2500"}
    hounsfield = {"RescaleSlope": "2", "RescaleIntercept": "-1024", "WindowCenter": ["40", "80"], "WindowWidth": ["400", "80"]}
    colours = np.stack([x * 19, y * 28, (x * 7 + y * 11) % 256], -1).astype("u1")
    twelve = scene.astype("u2")
    tissue = ((scene - 1500) // 3).astype("i2")
    made = {
        "grey": dataset(twelve, stored=12, **window),
        "implicit": dataset(twelve, ImplicitVRLittleEndian, stored=12, **window),
        "big_endian": dataset(twelve, ExplicitVRBigEndian, stored=12, **window),
        "deflated": dataset(twelve, DeflatedExplicitVRLittleEndian, stored=12, **window),
        "inverted": dataset(twelve, photometric="MONOCHROME1", stored=12, **window),
        "sigmoid": dataset(twelve, stored=12, VOILUTFunction="SIGMOID", **window),
        "exact": dataset(twelve, stored=12, VOILUTFunction="LINEAR_EXACT", **window),
        "signed": dataset(tissue, **hounsfield),
        "eight": dataset((scene // 16).astype("u1"), **{"WindowCenter": "100", "WindowWidth": "120"}),
        "rgb": dataset(colours, photometric="RGB"),
        "ybr": dataset(colours, photometric="YBR_FULL"),
    }
    made["signed"].WindowCenter, made["signed"].WindowWidth = ["40", "80"], ["400", "80"]
    planar = dataset(colours, photometric="RGB")
    planar.PlanarConfiguration = 1
    planar.PixelData = colours.transpose(2, 0, 1).tobytes()
    made["planar"] = planar
    palette = dataset((scene % 7).astype("u1"), photometric="PALETTE COLOR")
    for colour, table in zip(["Red", "Green", "Blue"], np.random.default_rng(1).integers(0, 65536, (3, 7)).astype("<u2")):
        setattr(palette, f"{colour}PaletteColorLookupTableDescriptor", [7, 0, 16])
        setattr(palette, f"{colour}PaletteColorLookupTableData", table.tobytes())
    made["palette"] = palette
    frames = dataset(np.stack([twelve, 4095 - twelve]), stored=12, NumberOfFrames="2", **window)
    made["frames"] = frames
    # What is said of all frames is in a sequence, as an enhanced CT has it.
    enhanced = dataset(tissue)
    voi, pixel, shared = Dataset(), Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = "40", "400"
    pixel.RescaleSlope, pixel.RescaleIntercept, pixel.RescaleType = "2", "-1024", "HU"
    shared.FrameVOILUTSequence = Sequence([voi])
    shared.PixelValueTransformationSequence = Sequence([pixel])
    enhanced.SharedFunctionalGroupsSequence = Sequence([shared])
    other = Dataset()
    other.WindowCenter, other.WindowWidth = "1", "2"
    enhanced.ReferencedImageSequence = Sequence([other])
    made["enhanced"] = enhanced

    run = dataset(twelve, stored=12, **window)
    run.compress(RLELossless)
    made["run_length"] = run
    run = dataset(colours, photometric="RGB")
    run.compress(RLELossless)
    made["run_length_rgb"] = run
    made["lossless_jpeg"] = compressed(
        dataset(twelve, JPEGLosslessSV1, stored=12, **window), [imagecodecs.ljpeg_encode(twelve, bitspersample=12)])
    made["jpeg_2000"] = compressed(
        dataset(twelve, JPEG2000Lossless, stored=12, **window),
        [imagecodecs.jpeg2k_encode(twelve, level=0, reversible=True, codecformat="j2k", bitspersample=12)])
    signed = np.ascontiguousarray(tissue)
    made["jpeg_2000_signed"] = compressed(
        dataset(signed, JPEG2000Lossless, **hounsfield),
        [imagecodecs.jpeg2k_encode(signed, level=0, reversible=True, codecformat="j2k")])
    made["jpeg_2000_frames"] = compressed(
        dataset(twelve, JPEG2000Lossless, stored=12, NumberOfFrames="2", **window),
        [imagecodecs.jpeg2k_encode(frame, level=0, reversible=True, codecformat="j2k", bitspersample=12)
         for frame in (twelve, 4095 - twelve)])
    made["jpeg"] = compressed(
        dataset((scene // 16).astype("u1"), JPEGBaseline8Bit, **{"WindowCenter": "100", "WindowWidth": "120"}),
        [imagecodecs.jpeg8_encode((scene // 16).astype("u1"), level=95)])
    for name, data in made.items():
        levels = seen(enhanced_view(written(name, data)))
        Image.fromarray(levels).save(HERE / f"{name}.png")

    # What is not read is named.
    jls = compressed(dataset(twelve, JPEGLSLossless, stored=12, **window), [imagecodecs.jpegls_encode(twelve)])
    jls.save_as(HERE / "jpeg_ls.dcm", enforce_file_format=True)
    report = dataset(twelve)
    for name in ["Rows", "Columns", "PixelData", "BitsStored"]:
        delattr(report, name)
    report.Modality = "SR"
    report.save_as(HERE / "report.dcm", enforce_file_format=True)
    # As it was written before there was a preamble.
    whole = (HERE / "implicit.dcm").read_bytes()
    at = whole.index(b"\x08\x00\x16\x00")
    (HERE / "bare.dcm").write_bytes(whole[at:])


def enhanced_view(data):
    """The same with what its sequences say of all frames at the top; the first of several windows."""
    if "SharedFunctionalGroupsSequence" in data:
        shared = data.SharedFunctionalGroupsSequence[0]
        for part in (shared.FrameVOILUTSequence[0], shared.PixelValueTransformationSequence[0]):
            for element in part:
                data[element.tag] = element
    if "WindowCenter" in data and not isinstance(data.WindowCenter, (str, float)) and hasattr(data.WindowCenter, "__len__"):
        data.WindowCenter, data.WindowWidth = data.WindowCenter[0], data.WindowWidth[0]
    return data


main()
