"""Formats: one document into text, a page, a Word file, a PDF, a mail's draft or a calendar."""
