"""Intake of the outside world into exhibits: finds files safely, says what they are, seals them, numbers them.

Files come from hostile hands: nothing here follows a link, opens a device, trusts a name or an extension, or reads
without bounds. The original name and modification time go into one sealed part and nowhere else.
"""
