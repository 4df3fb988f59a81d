"""Files of people: known by what is in them, bounded, kept under names of ours."""

import lzma
import zipfile
import zlib
from pathlib import PurePath
from uuid import uuid4

from django.core.exceptions import ValidationError

MOST_BYTES = 10 * 2**20
MOST_MEMBERS = 5000
LONGEST_NAME = 120
OFFICE = "application/vnd.openxmlformats-officedocument."
# Kind of file: how it is called when it is handed out.
TYPES = {
    "pdf": "application/pdf",
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
    "odt": "application/vnd.oasis.opendocument.text",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
}
DOCUMENTS = ("pdf", "docx", "odt")
WORKS = tuple(TYPES)
SAME = {"jpeg": "jpg"}
PARTS = {
    "docx": "word/document.xml",
    "xlsx": "xl/workbook.xml",
    "pptx": "ppt/presentation.xml",
}
SIGNS = {"png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff"}
# What a damaged archive raises, by the ways in which its parts may be packed.
NOT_READ = (
    *(zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError),
    *(RuntimeError, zlib.error, lzma.LZMAError),
)


def kind_of_file(name: str, file, kinds: tuple[str, ...] = DOCUMENTS) -> str:
    """One of `kinds`, by the name and by what is inside. ValidationError else."""
    kind = PurePath(name).suffix.lower().lstrip(".")
    kind = SAME.get(kind, kind)
    if kind not in kinds:
        *others, last = (one.upper() for one in kinds)
        raise ValidationError(f"Приложите файл {', '.join(others)} или {last}.")
    if file.size > MOST_BYTES:
        raise ValidationError(f"Файл больше {MOST_BYTES // 2**20} МБ. Уменьшите его.")
    file.seek(0)
    if not _is_what_it_says(file, kind):
        words = f"Это не файл {kind.upper()}, хотя так назван. Сохраните его заново."
        raise ValidationError(words)
    file.seek(0)
    return kind


def _is_what_it_says(file, kind: str) -> bool:
    if kind == "pdf":
        return file.read(1024).lstrip().startswith(b"%PDF-")
    if kind in SIGNS:
        return file.read(16).startswith(SIGNS[kind])
    if kind == "txt":
        return _is_text(file.read())
    return _is_document(file, kind)


def _is_text(content: bytes) -> bool:
    """Text in UTF-8 or in the Windows code page, and nothing a page would run."""
    if not content or b"\0" in content:
        return False
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        try:
            content.decode("cp1251")
        except UnicodeDecodeError:
            return False
    return True


def _is_document(file, kind: str) -> bool:
    """Is it an archive with the parts that such a document has? Nothing is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if len(names) > MOST_MEMBERS:
                return False
            if kind in PARTS:
                return {PARTS[kind], "[Content_Types].xml"} <= set(names)
            if "mimetype" not in names or archive.getinfo("mimetype").file_size > 200:
                return False
            return archive.read("mimetype").strip() == TYPES["odt"].encode()
    except NOT_READ:
        return False


def stored_name(kind: str) -> str:
    """A name on the disk that tells nothing and meets no other."""
    return f"{uuid4().hex}.{kind}"


def shown_name(bare: str, kind: str, otherwise: str = "Файл") -> str:
    """The name under which a file is handed out: letters, digits and plain signs."""
    bare = "".join(
        sign if sign.isalnum() or sign in " ,.-_№()" else " " for sign in bare
    )
    bare = " ".join(bare.split()).strip(" .")[:LONGEST_NAME]
    return f"{bare or otherwise}.{kind}"


def taken_in(file, kinds: tuple[str, ...] = WORKS) -> str:
    """Make an uploaded file ready to be kept; the name to show it by.

    Raises ValidationError where it is none of the kinds, or too large.
    """
    given = PurePath(file.name.replace("\\", "/")).name
    kind = kind_of_file(given, file, kinds)
    file.name = stored_name(kind)
    return shown_name(PurePath(given).stem, kind)
