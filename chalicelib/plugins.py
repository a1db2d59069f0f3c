"""The optional plug-ins of this installation.

A plug-in is a package that has `routes.ROUTES` (rows of the route table) and a function
`integration.make_integration` (see `usecases/ports/integrations.py`). To remove a plug-in, delete
its folder and its line here.
"""

PLUGINS: tuple[str, ...] = (
    "chalicelib.botpress",
)  # fmt: skip
