"""Letters: a template's file, its language, its slots and claims, its translations, and the letter made from them."""
