"""Viet Nam's provincial Digital Transformation Index: published tables in, checked and sourced comparisons out."""
