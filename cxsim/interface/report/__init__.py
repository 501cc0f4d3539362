"""One file that explains a folder of results to whoever gets it by mail: no script, no other file, no network.

The words stand in the templates, one for each kind of results; the modules beside them gather what they show.
"""
