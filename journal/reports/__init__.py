"""Statements and reports: a function gives a Table, the writers show it.

`table` is the shape, `registry` the list, `writers` the three formats. Each area
keeps its reports in the file of its name beside these three.
"""
