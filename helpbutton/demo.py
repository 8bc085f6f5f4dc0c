"""Demo mode's people: staff accounts whose passwords are made at the first start and kept beside the data."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpbutton.demo_sign_ins import sign_ins_path
from helpbutton.staff import operations, passwords

VARHA = "varha"
FAMILY_TEAM = ("varha-family-guidance", "varha-family-counselling", "varha-family-work")


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    role: str
    scopes: tuple[str, ...]


PEOPLE = (
    Person("cara@demo.example", "Cara Lind", "worker", FAMILY_TEAM),
    Person("dan@demo.example", "Dan Salo", "worker", ("turku-school",)),
    Person(
        "liisa@demo.example",
        "Liisa Aalto",
        "lead",
        FAMILY_TEAM,
    ),
    Person("eve@demo.example", "Eve Koski", "administrator", (VARHA,)),
    Person("kim@demo.example", "Kim Nurmi", "coordinator", (VARHA,)),
    Person("aada@demo.example", "Aada Laine", "auditor", (VARHA,)),
    Person("saga@demo.example", "Saga Niemi", "site_editor", ("turku",)),
)


def add_missing(data_dir: Path) -> None:
    """Create the demo accounts and write `demo-sign-ins.json`, unless it is there; readable by its owner alone.

    The file comes last and whole: a start that was interrupted is simply done again.
    """
    path = sign_ins_path(data_dir)
    if path.exists():
        return
    operations.staff_every_desk(name="Demo")
    sign_ins: list[dict[str, Any]] = []
    for person in PEOPLE:
        password = passwords.invent()
        if not operations.set_password(email=person.email, password=password):
            operations.add_account(
                email=person.email,
                name=person.name,
                password=password,
                role=person.role,
                scopes=person.scopes,
            )
        sign_ins.append(
            {
                "email": person.email,
                "password": password,
                "role": person.role,
                "services": list(person.scopes),
            }
        )
    part = path.with_suffix(".part")
    with os.fdopen(
        os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(sign_ins, file, ensure_ascii=False, indent=1)
    part.rename(path)
