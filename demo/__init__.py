"""A made-up integrated centre to try the product on. Everything in it is generated from a seed."""
