"""What `zerowire demo` and `make demo` show: the example programs at work. Python alone is enough.

scenes      which programs play together, and what they should say
stage       runs programs as processes
verb        the verb, which does need Typer
"""
