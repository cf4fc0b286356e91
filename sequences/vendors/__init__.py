"""Order formats: one file and one line of ``VENDORS`` for each."""

from __future__ import annotations

from sequences.vendors.base import Vendor
from sequences.vendors.generic import Generic
from sequences.vendors.idt_plate import IdtPlate
from sequences.vendors.idt_tube import IdtTube
from sequences.vendors.twist import Twist

VENDORS: tuple[Vendor, ...] = (IdtTube(), IdtPlate(), Twist(), Generic())
